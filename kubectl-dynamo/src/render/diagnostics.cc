#include "render/diagnostics.h"

#include <algorithm>

namespace dynamo::cli {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kGutter = 7;   ///< "  12 | " before a quoted line

std::string_view word_of(Severity severity) { return severity == Severity::kError ? "error" : "warning"; }

/// Names in JSON and in the admission response: those of Kubernetes' field errors where it has one.
std::string_view word_of(DiagnosticCode code) {
  switch (code) {
    case DiagnosticCode::kRequired: return "FieldValueRequired";
    case DiagnosticCode::kInvalid: return "FieldValueInvalid";
    case DiagnosticCode::kTypeInvalid: return "FieldValueTypeInvalid";
    case DiagnosticCode::kNotSupported: return "FieldValueNotSupported";
    case DiagnosticCode::kForbidden: return "FieldValueForbidden";
    case DiagnosticCode::kUnknownField: return "UnknownField";
    case DiagnosticCode::kDuplicate: return "FieldValueDuplicate";
    case DiagnosticCode::kTooLarge: return "FieldValueTooLong";
    case DiagnosticCode::kUnsupported: return "Unsupported";
    case DiagnosticCode::kMissingData: return "MissingData";
    case DiagnosticCode::kIo: return "InputOutput";
    case DiagnosticCode::kInternal: return "InternalError";
  }
  return "InternalError";
}

std::string_view line_of(std::string_view text, int number) {
  for (int line = 1; line < number; ++line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  text = text.substr(0, text.find('\n'));
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

std::string pad_left(std::string_view text, std::size_t width) {
  return std::string(text.size() < width ? width - text.size() : 0, ' ') + std::string(text);
}

/// The part of a line around `column` that fits the screen, and where the caret stands in it.
struct Excerpt {
  std::string text;
  std::size_t caret = 0;
};

Excerpt excerpt(std::string_view line, std::size_t column) {
  const std::size_t room = kWidth - kGutter;
  const std::size_t start = line.size() <= room || column < room / 2 ? 0 : column - room / 2;
  const std::string shown = printable(line.substr(std::min(start, line.size()), room));
  return {shown, column - start};
}

std::string quote_line(const Diagnostic& diagnostic, std::string_view text, const Style& style) {
  const std::string_view line = line_of(text, diagnostic.mark.line);
  if (line.find_first_not_of(" \t") == std::string_view::npos) return {};
  const auto column = static_cast<std::size_t>(std::max(diagnostic.mark.column, 1) - 1);
  const Excerpt part = excerpt(line, column);
  std::string out = pad_left(std::to_string(diagnostic.mark.line), kGutter - 3) + " | " + part.text + "\n";
  const std::size_t end = columns(part.text);
  if (diagnostic.mark.column <= 0 || part.caret >= end) return out;
  const auto wanted = static_cast<std::size_t>(std::max(diagnostic.mark.length, 1));
  const std::size_t length = std::min(wanted, end - part.caret);
  out += std::string(kGutter - 2, ' ') + "| " + std::string(part.caret, ' ') +
         style(Ink::kRed, std::string(length, '^')) + "\n";
  return out;
}

/// `error: path: reason   [rule]`, the rule at the right edge where it fits.
std::string headline(const Diagnostic& diagnostic, const Style& style) {
  const bool inline_hint = diagnostic.hint.starts_with("did you mean");
  std::string rest = ": ";
  if (!diagnostic.path.empty()) rest += printable(diagnostic.path) + ": ";
  rest += printable(diagnostic.reason);
  if (inline_hint) rest += "; " + printable(diagnostic.hint);
  const std::string_view word = word_of(diagnostic.severity);
  std::string out = style(diagnostic.severity == Severity::kError ? Ink::kRed : Ink::kYellow, word) + rest;
  if (!diagnostic.rule.empty()) {
    const std::string rule = "[" + diagnostic.rule + "]";
    const std::size_t used = word.size() + columns(rest) + rule.size();
    out += std::string(used + 2 <= kWidth ? kWidth - used : 2, ' ') + style(Ink::kDim, rule);
  }
  return out + "\n";
}

std::string render_one(const Diagnostic& diagnostic, const SourceTexts& texts, const Style& style) {
  std::string out = headline(diagnostic, style);
  const auto text = texts.find(diagnostic.source);
  if (diagnostic.mark.line > 0 && text != texts.end()) out += quote_line(diagnostic, text->second, style);
  if (!diagnostic.hint.empty() && !diagnostic.hint.starts_with("did you mean")) {
    out += wrap("hint: " + printable(diagnostic.hint), kWidth, kGutter, kGutter + 6) + "\n";
  }
  return out;
}

/// The line above a finding. With one source its name would only repeat what the user just typed, unless the finding is about another
/// file: a config.json.
std::string heading_of(const std::string& source, const SourceTexts& texts, const std::string& about) {
  if (!texts.contains(source) && source.find('/') != std::string::npos) return source;
  return about.empty() && texts.contains(source) && texts.size() > 1 ? source : about;
}

std::string counted(std::size_t count, std::string_view noun) {
  return std::to_string(count) + " " + std::string(noun) + (count == 1 ? "" : "s");
}

}  // namespace

std::string render_diagnostics(const Diagnostics& diagnostics, const SourceTexts& texts, const Style& style, const std::string& about) {
  std::string out, heading;
  for (const Diagnostic& diagnostic : diagnostics.items()) {
    const std::string own = heading_of(diagnostic.source, texts, about);
    if (!own.empty() && own != heading) {
      heading = own;
      out += style(Ink::kBold, printable(heading) + ":") + "\n";
    }
    out += render_one(diagnostic, texts, style);
  }
  return out;
}

std::string render_counts(const Diagnostics& diagnostics) {
  const std::size_t errors = diagnostics.error_count();
  const std::size_t warnings = diagnostics.warning_count();
  if (errors + warnings == 0) return {};
  std::string out;
  if (errors > 0) out += counted(errors, "error");
  if (warnings > 0) out += (out.empty() ? "" : ", ") + counted(warnings, "warning");
  return out + "\n";
}

Value diagnostics_value(const Diagnostics& diagnostics) {
  Array items;
  for (const Diagnostic& diagnostic : diagnostics.items()) {
    Value item;
    item.set("severity", std::string(word_of(diagnostic.severity)));
    item.set("code", std::string(word_of(diagnostic.code)));
    item.set("rule", diagnostic.rule);
    item.set("path", diagnostic.path);
    item.set("badValue", printable(diagnostic.bad_value));
    item.set("reason", printable(diagnostic.reason));
    item.set("hint", printable(diagnostic.hint));
    item.set("source", diagnostic.source);
    if (diagnostic.mark.line > 0) {
      item.set("line", diagnostic.mark.line);
      item.set("column", diagnostic.mark.column);
    }
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace dynamo::cli
