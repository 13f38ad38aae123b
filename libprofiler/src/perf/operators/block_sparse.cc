#include "perf/operators/block_sparse.h"

#include <optional>

#include "perf/interp/grid_query.h"
#include "perf/operators/by_mode.h"
#include "perf/operators/estimate.h"
#include "perf/operators/sparse_attention.h"
#include "perf/roofline_block_sparse.h"

namespace dynamo::perf {

namespace {

/// The name under which all checkpoints were measured.
constexpr std::string_view kMeasuredAs = "MiniMaxM3ForCausalLM";
/// The nearest relative: sparse latent attention, whose efficiency stands in where this block was not measured.
constexpr std::string_view kRelative = "zai-org/GLM-5";

using MakeSparse = OperatorPtr (*)(std::string, double, const Database::Impl&, const ModelSpec&, const SparseAttentionConfig&);

/// Efficiency of the relative's block at the same work.
class RelativeEfficiency {
 public:
  RelativeEfficiency(const Database::Impl& database, const BlockSparseConfig& config, MakeSparse make)
      : measured_(database), roof_(database) {
    const ModelSpec* known = find_model(kRelative);
    if (known == nullptr) return;
    ModelSpec model = *known;
    model.indexer.layers = model.layers;   // every layer chooses for itself
    measured_.own_rows_only = !database.reads_tables();
    measured_.mode = DatabaseMode::kSilicon;
    roof_.mode = DatabaseMode::kSol;
    const SparseAttentionConfig block{.heads = config.heads, .kv = config.kv, .fmha = config.fmha, .gemm = config.gemm};
    measured_block_ = make("relative", 1.0, measured_, model, block);
    roof_block_ = make("relative", 1.0, roof_, model, block);
  }
  RelativeEfficiency(const RelativeEfficiency&) = delete;
  RelativeEfficiency& operator=(const RelativeEfficiency&) = delete;

  /// 0 without measurements.
  [[nodiscard]] double at(const StepShape& step) const {
    if (measured_block_ == nullptr) return 0;
    const Result<Timing> measured = measured_block_->at(step);
    const Result<Timing> roof = roof_block_->at(step);
    return measured.has_value() && roof.has_value() && measured->ms > 0 ? roof->ms / measured->ms : 0.0;
  }

 private:
  Database::Impl measured_, roof_;
  OperatorPtr measured_block_, roof_block_;
};

class BlockSparse : public Operator {
 public:
  BlockSparse(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
              const BlockSparseConfig& config, std::string_view table, const std::string& formats, MakeSparse make_relative)
      : Operator(std::move(name), scale), database_(database), heads_(config.heads) {
    bind_roofline(model, config);
    bind_rows(table, formats + "|" + std::string(kMeasuredAs));
    if (database.may_estimate()) relative_.emplace(database, config, make_relative);
  }

 protected:
  [[nodiscard]] double heads() const { return heads_; }
  [[nodiscard]] const BlockSparseRoofline& roofline() const { return roofline_; }
  /// Place of the work in the table, and the roofline of a place.
  [[nodiscard]] virtual Coordinates place_of(const StepShape& step) const = 0;
  [[nodiscard]] virtual double roof_at(const Coordinates& at) const = 0;

 private:
  Result<Timing> query(const StepShape& step) const override {
    if (missing_rate_.has_value()) return std::unexpected(*missing_rate_);
    const Coordinates at = place_of(step);
    return by_mode(
        database_.mode, [&] { return roof_at(at); }, [&] { return measured(at); }, [&] { return estimated(step, at); });
  }

  [[nodiscard]] Result<Timing> measured(const Coordinates& at) const {
    if (missing_rows_.has_value()) return std::unexpected(*missing_rows_);
    const auto roof = [this](const Coordinates& point) { return roof_at(point); };
    return measured_or_error(GridQuery(grid_, roof, kNoSqrtAxis, false).at(at), name());
  }

  [[nodiscard]] Result<Timing> estimated(const StepShape& step, const Coordinates& at) const {
    const double efficiency = relative_->at(step);
    if (efficiency > 0) return Timing::modelled(roof_at(at) / efficiency, Source::kEmpirical);
    return std::unexpected(Error{ErrorKind::kNotEstimable, name() + ": neither this block nor sparse latent attention was measured"});
  }

  void bind_roofline(const ModelSpec& model, const BlockSparseConfig& config) {
    const auto rate = [&](const QuantFacts& quant) {
      const Result<double> flops = database_.flops(quant);
      if (!flops.has_value() && !missing_rate_.has_value()) missing_rate_ = flops.error();
      return flops.value_or(0.0);
    };
    roofline_ = {.hidden = static_cast<double>(model.hidden),
                 .kv_heads = static_cast<double>(config.kv_heads),
                 .width = static_cast<double>(model.head_dim),
                 .gemm_flops = rate(facts_of(config.gemm)),
                 .index_flops = rate(facts_of(FmhaQuant::kFp8)),
                 .attention_flops = rate(facts_of(config.fmha)),
                 .gemm_bytes = facts_of(config.gemm).bytes_per_element,
                 .kv_bytes = facts_of(config.kv).bytes_per_element,
                 .query_bytes = facts_of(config.fmha).bytes_per_element,
                 .bytes_per_s = database_.system.mem_bytes_per_s};
  }

  void bind_rows(std::string_view name_of_table, const std::string& key) {
    const auto table = database_.table(name_of_table);
    const Slice* slice = table.has_value() && *table != nullptr ? (*table)->find(key) : nullptr;
    if (!table.has_value()) {
      missing_rows_ = table.error();
    } else if (slice == nullptr || slice->grid.points() == 0) {
      missing_rows_ = Error{ErrorKind::kMissingData, "no measured " + std::string(name_of_table) + " for " + key};
    } else {
      grid_ = BoundGrid(slice->grid);
    }
  }

  const Database::Impl& database_;
  double heads_;
  BlockSparseRoofline roofline_;
  std::optional<Error> missing_rate_, missing_rows_;
  BoundGrid grid_;
  std::optional<RelativeEfficiency> relative_;
};

/// Measured over (heads, cached tokens, new tokens, prompts).
class BlockSparsePrefill final : public BlockSparse {
 public:
  BlockSparsePrefill(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                     const BlockSparseConfig& config)
      : BlockSparse(std::move(name), scale, database, model, config, "msa_context_module",
                    std::string(facts_of(config.fmha).name) + "|" + std::string(facts_of(config.kv).name) + "|" +
                        std::string(facts_of(config.gemm).name),
                    make_sparse_prefill) {}

 private:
  Coordinates place_of(const StepShape& step) const override {
    return {heads(), static_cast<double>(step.prefix), static_cast<double>(step.sequence), static_cast<double>(step.batch)};
  }
  double roof_at(const Coordinates& at) const override { return roofline().prefill_ms(at[0], at[1], at[2], at[3]); }
};

/// Measured over (heads, sequences, position).
class BlockSparseDecode final : public BlockSparse {
 public:
  BlockSparseDecode(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                    const BlockSparseConfig& config)
      : BlockSparse(std::move(name), scale, database, model, config, "msa_generation_module",
                    std::string(facts_of(config.kv).name) + "|" + std::string(facts_of(config.gemm).name), make_sparse_decode) {}

 private:
  Coordinates place_of(const StepShape& step) const override {
    return {heads(), static_cast<double>(step.batch), static_cast<double>(step.sequence), 0};
  }
  double roof_at(const Coordinates& at) const override { return roofline().decode_ms(at[0], at[1], at[2]); }
};

}  // namespace

OperatorPtr make_block_sparse_prefill(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                                      const BlockSparseConfig& config) {
  return std::make_unique<BlockSparsePrefill>(std::move(name), scale, database, model, config);
}

OperatorPtr make_block_sparse_decode(std::string name, double scale, const Database::Impl& database, const ModelSpec& model,
                                     const BlockSparseConfig& config) {
  return std::make_unique<BlockSparseDecode>(std::move(name), scale, database, model, config);
}

}  // namespace dynamo::perf
