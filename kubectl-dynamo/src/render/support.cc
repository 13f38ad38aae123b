#include "render/support.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "render/grid.h"
#include "render/report_value.h"

namespace dynamo::cli {
namespace {

constexpr std::size_t kWidth = 80;

std::string text(std::string_view view) { return std::string(view); }

std::string text_of(const Value& item, std::string_view key) {
  const Value* found = item.find(key);
  const std::string* words = found == nullptr ? nullptr : found->as_string();
  return words == nullptr ? std::string() : printable(*words);
}

Value item_value(const SupportCell& cell) {
  Value value;
  value.set("family", text(name_of(cell.model->family)));
  value.set("model", cell.model->id);
  value.set("gpu", cell.system->name);
  value.set("backend", text(name_of(cell.backend)));
  value.set("tier", text(name_of(cell.support.tier)));
  value.set("version", cell.support.version);
  value.set("reason", cell.support.reason);
  return value;
}

/// Models of one family on one GPU with one backend.
struct FamilyCell {
  std::vector<const SupportCell*> cells;

  [[nodiscard]] std::int64_t count(SupportTier tier) const {
    return std::ranges::count_if(cells, [&](const SupportCell* cell) { return cell->support.tier == tier; });
  }
};

/// The best tier of the family stands for it; how many models share it is said beside.
Value family_value(const FamilyCell& family) {
  const SupportCell& best = **std::ranges::min_element(family.cells, {}, [](const SupportCell* c) { return c->support.tier; });
  Value value;
  value.set("family", text(name_of(best.model->family)));
  value.set("model", Value());
  value.set("gpu", best.system->name);
  value.set("backend", text(name_of(best.backend)));
  value.set("tier", text(name_of(best.support.tier)));
  value.set("version", best.support.version);
  const auto other = std::ranges::find_if(family.cells, [](const SupportCell* c) { return !c->support.reason.empty(); });
  value.set("reason", other == family.cells.end() ? "" : (*other)->model->id + ": " + (*other)->support.reason);
  Value models;
  for (const SupportTier tier : {SupportTier::kMeasured, SupportTier::kModelled, SupportTier::kNaive}) {
    models.set(text(name_of(tier)), family.count(tier));
  }
  value.set("models", std::move(models));
  return value;
}

Array family_values(const std::vector<SupportCell>& cells) {
  std::vector<std::pair<std::array<std::string, 3>, FamilyCell>> families;   // in order of appearance
  std::map<std::array<std::string, 3>, std::size_t> places;
  for (const SupportCell& cell : cells) {
    const std::array key = {text(name_of(cell.model->family)), cell.system->name, text(name_of(cell.backend))};
    const auto [place, fresh] = places.emplace(key, families.size());
    if (fresh) families.push_back({key, {}});
    families[place->second].second.cells.push_back(&cell);
  }
  Array items;
  for (const auto& [key, family] : families) items.push_back(family_value(family));
  return items;
}

const Array& items_of(const Value& matrix) {
  static const Array kNone;
  const Value* items = matrix.find("items");
  const Array* array = items == nullptr ? nullptr : items->as_array();
  return array == nullptr ? kNone : *array;
}

/// "measured", or "measured 5/7" where some models of a family are worse off.
std::string tier_phrase(const Value& item) {
  const std::string tier = text_of(item, "tier");
  double all = 0, best = 0;
  for (const char* name : {"measured", "modelled", "naive"}) {
    const Value* count = item.find_path({"models", name});
    if (count == nullptr) return tier;
    all += count->number_or(0);
    if (name == tier) best = count->number_or(0);
  }
  if (best == all) return tier;
  return tier + " " + std::to_string(static_cast<int>(best)) + "/" + std::to_string(static_cast<int>(all));
}

bool by_family(const Value& matrix) { return text_of(matrix, "by") == "family"; }

std::string who(const Value& item, bool family) { return text_of(item, family ? "family" : "model"); }

/// Answers of one model or family, GPUs with the same ones together.
struct Answers {
  std::string name;
  std::vector<std::string> tiers;   ///< by backend
  std::vector<std::string> gpus;
};

/// Backends in the order in which they appear.
std::vector<std::string> backends_of(const Array& items) {
  std::vector<std::string> backends;
  for (const Value& item : items) {
    if (const std::string name = text_of(item, "backend"); std::ranges::find(backends, name) == backends.end()) {
      backends.push_back(name);
    }
  }
  return backends;
}

std::vector<Answers> answers_of(const Value& matrix, std::size_t backends) {
  const Array& items = items_of(matrix);
  const bool family = by_family(matrix);
  std::vector<Answers> rows;
  for (std::size_t i = 0; i + backends <= items.size(); i += backends) {
    Answers one{who(items[i], family), {}, {text_of(items[i], "gpu")}};
    for (std::size_t b = 0; b < backends; ++b) one.tiers.push_back(tier_phrase(items[i + b]));
    const auto same = std::ranges::find_if(rows, [&](const Answers& row) { return row.name == one.name && row.tiers == one.tiers; });
    if (same == rows.end()) {
      rows.push_back(std::move(one));
    } else {
      same->gpus.push_back(one.gpus.front());
    }
  }
  // A model's rows stand together, in the order in which models come.
  std::vector<std::string> names;
  for (const Answers& row : rows) {
    if (std::ranges::find(names, row.name) == names.end()) names.push_back(row.name);
  }
  std::ranges::stable_sort(rows, {}, [&](const Answers& row) { return std::ranges::find(names, row.name) - names.begin(); });
  return rows;
}

std::string joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + word;
  return out;
}

std::string styled(const std::vector<std::string>& lines, const Style& style) {
  std::string out;
  for (std::size_t i = 0; i < lines.size(); ++i) out += style(i == 0 ? Ink::kDim : Ink::kPlain, lines[i]) + "\n";
  return out;
}

}  // namespace

Value support_value(const std::vector<SupportCell>& cells, bool by_family, const std::string& version, const std::string& release) {
  Value value;
  value.set("apiVersion", kReportApiVersion);
  value.set("kind", "SupportMatrix");
  value.set("by", by_family ? "family" : "model");
  value.set("tables", release);
  value.set("perfVersion", version);
  Array items;
  if (by_family) {
    items = family_values(cells);
  } else {
    for (const SupportCell& cell : cells) items.push_back(item_value(cell));
  }
  value.set("items", std::move(items));
  return value;
}

std::string render_support(const Value& matrix, const Style& style) {
  const std::vector<std::string> backends = backends_of(items_of(matrix));
  std::vector<Grid::Column> columns = {{by_family(matrix) ? "FAMILY" : "MODEL"}};
  for (const std::string& backend : backends) {
    std::string title = backend;
    std::ranges::transform(title, title.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
    columns.push_back({std::move(title)});
  }
  columns.push_back({"GPUS"});
  Grid grid(std::move(columns));
  std::string before;
  for (Answers& row : answers_of(matrix, backends.size())) {
    std::vector<std::string> cells = {row.name == before ? "" : row.name};
    before = row.name;
    cells.insert(cells.end(), row.tiers.begin(), row.tiers.end());
    cells.push_back(joined(row.gpus));
    grid.add(std::move(cells));
  }
  const std::string release = text_of(matrix, "tables");
  return styled(grid.lines(kWidth), style) + "\n" +
         wrap("measured: tables answer (" + (release.empty() ? std::string("there are none here") : release) +
                  "); modelled: roofline and usual losses, with an error band; naive: only the memory is counted. -o wide has "
                  "versions and reasons.",
              kWidth, 0, 2) +
         "\n";
}

std::string render_support_wide(const Value& matrix, const Style& style) {
  const bool family = by_family(matrix);
  Grid grid({{family ? "FAMILY" : "MODEL"}, {"GPU"}, {"BACKEND"}, {"TIER"}, {"VERSION"}, {"WHY NOT MEASURED"}});
  for (const Value& item : items_of(matrix)) {
    const std::string version = text_of(item, "version");
    grid.add({who(item, family), text_of(item, "gpu"), text_of(item, "backend"), tier_phrase(item), version.empty() ? "-" : version,
              text_of(item, "reason")});
  }
  return styled(grid.lines(0), style);
}

}  // namespace dynamo::cli
