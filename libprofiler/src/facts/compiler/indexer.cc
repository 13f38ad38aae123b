#include "facts/compiler/indexer.h"

#include "facts/compiler/table_writer.h"

namespace dynamo::facts_compiler {

std::string indexer_row(const FactNode& indexer, int model_layers) {
  indexer.allow_only({"heads", "head_width", "top_tokens", "layers"});
  const auto own = indexer.find("layers");
  const int layers = own ? own->integer() : model_layers;
  if (layers > model_layers) indexer.fail("more layers choose tokens than the model has");
  RowWriter row;
  row.number("heads", indexer.at("heads").integer());
  row.number("head_dim", indexer.at("head_width").integer());
  row.number("topk", indexer.at("top_tokens").integer());
  row.number("layers", layers);
  return row.braced();
}

}  // namespace dynamo::facts_compiler
