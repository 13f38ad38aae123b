#include "perf/operators/communication.h"

#include <algorithm>
#include <charconv>
#include <mutex>
#include <optional>

#include "perf/interp/curve.h"
#include "perf/operators/by_mode.h"
#include "perf/roofline.h"

namespace dynamo::perf {

namespace {

/// Curves over the message size for one operation, by rank count.
class RankCurves {
 public:
  RankCurves(const Database::Impl& database, std::initializer_list<std::string_view> tables, const std::string& key_prefix) {
    for (const std::string_view name : tables) {
      const auto table = database.table(name);
      if (!table.has_value()) {
        damaged_ = table.error();
        return;
      }
      if (*table == nullptr) continue;
      for (const Slice& slice : (*table)->slices) {
        if (!slice.key.starts_with(key_prefix)) continue;
        const std::string_view rest = slice.key.substr(key_prefix.size());
        int ranks = 0;
        std::from_chars(rest.data(), rest.data() + rest.size(), ranks);
        if (ranks > 0 && find(ranks) == nullptr) curves_.emplace_back(ranks, &slice);
      }
    }
  }

  [[nodiscard]] const std::optional<Error>& damaged() const { return damaged_; }
  [[nodiscard]] const Slice* find(int ranks) const {
    const auto at = std::ranges::find(curves_, ranks, &std::pair<int, const Slice*>::first);
    return at == curves_.end() ? nullptr : at->second;
  }
  /// Most ranks measured; 0 without any.
  [[nodiscard]] int most() const {
    int most = 0;
    for (const auto& [ranks, slice] : curves_) most = std::max(most, ranks);
    return most;
  }

 private:
  std::vector<std::pair<int, const Slice*>> curves_;
  std::optional<Error> damaged_;
};

/// What all-reduce and NCCL have in common: a curve per rank count; beyond the most ranks measured the share of data that a ring
/// moves and the slower wire scale it.
class RankedCollective : public Operator {
 public:
  RankedCollective(std::string name, double scale, const Database::Impl& database, RankCurves curves, double elements, int ranks,
                   TokenSplit split)
      : Operator(std::move(name), scale), database_(database), curves_(std::move(curves)), elements_(elements), ranks_(ranks),
        measured_ranks_(std::min(ranks, curves_.most())), curve_(curves_.find(measured_ranks_)), split_(split) {}

  bool reads_sequence() const override { return false; }

 protected:
  [[nodiscard]] const Database::Impl& database() const { return database_; }
  [[nodiscard]] virtual double sol(double elements, int ranks) const = 0;
  [[nodiscard]] virtual KernelClass kernel() const = 0;
  /// Tag of an operation that a single rank does not need.
  [[nodiscard]] virtual Source idle_source() const = 0;

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (ranks_ <= 1) return Timing::modelled(0, idle_source());
    const double size = split_.of(step.tokens) * elements_;
    return by_mode(
        KernelKind{database_, kernel()}, [&] { return sol(size, ranks_); }, [&] { return measured(size); },
        [&] { return estimated(size); });
  }

  [[nodiscard]] Result<Timing> measured(double size) const {
    if (curves_.damaged().has_value()) return std::unexpected(*curves_.damaged());
    if (curve_ == nullptr) {
      return std::unexpected(
          Error{ErrorKind::kMissingData, name() + ": no measurement with " + std::to_string(ranks_) + " ranks"});
    }
    const Found found = query_curve(curve_->grid.keys[0], curve_->grid.values[0], size, [](double x) { return x; });
    Result<Timing> time = measured_or_error(found, name());
    if (time.has_value() && ranks_ > measured_ranks_) *time *= beyond();
    return time;
  }

  [[nodiscard]] double beyond() const {
    const double n = ranks_;
    const double m = measured_ranks_;
    return (n - 1) / n * (m / std::max(m - 1, 1.0)) * database_.system.p2p_bytes_per_s(measured_ranks_) /
           database_.system.p2p_bytes_per_s(ranks_);
  }

  [[nodiscard]] Result<Timing> estimated(double size) const {
    const double roof = sol(size, ranks_);
    if (!(roof > 0)) return Timing::modelled(roof, Source::kEmpirical);
    std::call_once(reference_once_, [this] {
      if (curve_ == nullptr) return;
      reference_ = utilisation_of(
          curve_->grid, [this](const std::array<double, 4>& at) { return sol(at[0], measured_ranks_); }, false);
    });
    return estimate_from(reference_, roof, {size, 0, 0, 0});
  }

  const Database::Impl& database_;
  RankCurves curves_;
  double elements_;
  int ranks_;
  int measured_ranks_;      ///< of the curve that answers
  const Slice* curve_;      ///< null = nothing measured
  TokenSplit split_;
  mutable std::once_flag reference_once_;
  mutable UtilisationGrid reference_;
};

class AllReduce final : public RankedCollective {
 public:
  AllReduce(std::string name, double scale, const Database::Impl& database, int hidden, int ranks, TokenSplit split)
      : RankedCollective(std::move(name), scale, database, RankCurves(database, {"custom_allreduce"}, "half|"), hidden, ranks,
                         split) {}

 private:
  double sol(double elements, int ranks) const override {
    return all_reduce_sol_ms(elements, ranks, database().system.p2p_bytes_per_s(ranks));
  }
  KernelClass kernel() const override { return KernelClass::kAllReduce; }
  Source idle_source() const override { return Source::kEmpirical; }
};

std::string_view name_of(Collective kind) {
  switch (kind) {
    case Collective::kAllGather: return "all_gather";
    case Collective::kReduceScatter: return "reduce_scatter";
    case Collective::kAllReduce: return "all_reduce";
    case Collective::kAllToAll: return "alltoall";
  }
  return "";
}

class NcclCollective final : public RankedCollective {
 public:
  NcclCollective(std::string name, double scale, const Database::Impl& database, Collective kind, double elements, int ranks,
                 TokenSplit split)
      : RankedCollective(std::move(name), scale, database,
                         RankCurves(database, {"nccl", "oneccl"}, "half|" + std::string(name_of(kind)) + "|"), elements, ranks,
                         split),
        kind_(kind) {}

 private:
  double sol(double elements, int ranks) const override {
    return collective_sol_ms(elements, ranks, facts_of(CommQuant::kHalf).bytes_per_element,
                             database().system.p2p_bytes_per_s(ranks), kind_ == Collective::kAllReduce);
  }
  KernelClass kernel() const override { return KernelClass::kCollective; }
  Source idle_source() const override { return database().mode == DatabaseMode::kSol ? Source::kSol : Source::kEmpirical; }
  Collective kind_;
};

class PointToPoint final : public Operator {
 public:
  PointToPoint(std::string name, double scale, const Database::Impl& database, int hidden, int stages, TokenSplit split)
      : Operator(std::move(name), scale), database_(database), hidden_(hidden), stages_(stages), split_(split) {}
  bool reads_sequence() const override { return false; }

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (stages_ <= 1) return Timing{};
    const double bytes = static_cast<double>(split_.of(step.tokens)) * hidden_ * 2.0;
    const double wire = bytes / std::max(database_.system.inter_node_bytes_per_s, 1.0);
    if (database_.mode == DatabaseMode::kSol) return Timing::modelled(wire * 1000.0, Source::kSol);
    return Timing::modelled((wire + database_.system.p2p_latency_s) * 1000.0, Source::kEmpirical);
  }
  const Database::Impl& database_;
  int hidden_;
  int stages_;
  TokenSplit split_;
};

}  // namespace

OperatorPtr make_all_reduce(std::string name, double scale, const Database::Impl& database, int hidden, int ranks,
                            TokenSplit split) {
  return std::make_unique<AllReduce>(std::move(name), scale, database, hidden, ranks, split);
}

OperatorPtr make_collective(std::string name, double scale, const Database::Impl& database, Collective kind,
                            double elements_per_token, int ranks, TokenSplit split) {
  return std::make_unique<NcclCollective>(std::move(name), scale, database, kind, elements_per_token, ranks, split);
}

OperatorPtr make_point_to_point(std::string name, double scale, const Database::Impl& database, int hidden, int stages,
                                TokenSplit split) {
  return std::make_unique<PointToPoint>(std::move(name), scale, database, hidden, stages, split);
}

}  // namespace dynamo::perf
