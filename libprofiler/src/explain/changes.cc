#include "explain/changes.h"

#include <algorithm>
#include <cmath>

#include "explain/words.h"

namespace dynamo::explain {
namespace {

/// Steps of the third digit, from that of the three decimals of a target to whole milliseconds.
double digits_step(double ms) { return std::clamp(std::pow(10.0, std::floor(std::log10(ms)) - 2), kGrid, 1.0); }

/// The part of a sentence after its condition. `meets`: it is about what meets targets that nothing meets as they stand.
std::string outcome_text(const Standing& standing, const Pick& pick, double change_percent, bool meets) {
  if (meets && same_pick(pick, standing.pick)) return "the layout picked then meets the targets";
  const std::string on = pick.gpus_used == standing.pick.gpus_used ? std::string() : " on " + std::to_string(pick.gpus_used) + " GPUs";
  return choice_text(standing.evidence, pick) + on + (meets ? " then meets the targets, " : ", ") + change_text(change_percent) + " throughput";
}

}  // namespace

double fewer_digits_up(double ms) {
  if (ms <= 0) return ms;
  const double step = digits_step(ms);
  return on_grid(std::ceil(ms / step - 1e-7) * step);
}

double fewer_digits_down(double ms) {
  if (ms <= 0) return ms;
  const double step = digits_step(ms);
  return on_grid(std::floor(ms / step + 1e-7) * step);
}

Standing::Standing(const Evidence& from)
    : evidence(from),
      target(*from.target),
      pick(*from.report->chosen),
      targets_met(from.report->sla_met),
      satisfied(targets_met && pick.load_served_percent >= 100),
      answers(from) {}

std::vector<Knob> Standing::knobs() const {
  if (target.request_latency_ms) return {{"requestLatency", &pick::Target::request_latency_ms}};
  std::vector<Knob> knobs;
  if (target.tpot_ms) knobs.push_back({"itl", &pick::Target::tpot_ms});
  if (target.ttft_ms) knobs.push_back({"ttft", &pick::Target::ttft_ms});
  return knobs;
}

double reached(const Pick& pick, const Knob& knob) {
  if (knob.member == &pick::Target::tpot_ms) return pick.unit.tpot_ms;
  return knob.member == &pick::Target::ttft_ms ? pick.unit.ttft_ms : pick.unit.request_latency_ms;
}

pick::Target Standing::with(const Knob& knob, double target_ms) const {
  pick::Target moved = target;
  moved.*knob.member = target_ms;
  return moved;
}

void add_outcome(const Standing& standing, const Pick& pick, std::string condition, Value& value, bool meets) {
  const double change = percent_more(total_rate(pick), total_rate(standing.pick));
  value.set("pick", choice_value(standing.evidence, pick));
  value.set("throughputPercent", change);
  value.set("condition", condition);
  value.set("sentence", std::move(condition) + ": " + outcome_text(standing, pick, change, meets));
}

Value target_change(const Standing& standing, const Knob& knob, const char* effect, const Step& step, double shown_ms, bool notable) {
  const double from = standing.submitted(knob);
  Value value;
  value.set("target", knob.name);
  value.set("effect", effect);
  value.set("from", from);
  value.set("to", step.target_ms);
  value.set("changePercent", percent_more(step.target_ms, from));
  value.set("notable", notable);
  const bool tightest = std::string_view(effect) == "tightest";
  add_outcome(standing, step.answer.pick, title_of(knob.name) + " <= " + target_text(shown_ms) + " ms" + (tightest ? " at the tightest" : ""),
              value, std::string_view(effect) == "meets");
  return value;
}

}  // namespace dynamo::explain
