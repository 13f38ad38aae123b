#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>

#include "facts/compiler/compile.h"

/// facts_compiler DATA_DIR OUTPUT: turns the data files into C++ tables at build time.
int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: facts_compiler DATA_DIR OUTPUT\n";
    return 2;
  }
  const std::filesystem::path data = argv[1];
  try {
    dynamo::facts_compiler::TableWriter tables;
    dynamo::facts_compiler::compile_systems(data / "hardware", tables);
    dynamo::facts_compiler::compile_models(data / "models", tables);
    dynamo::facts_compiler::compile_backends(data / "backends", tables);
    dynamo::facts_compiler::compile_efficiency(data / "efficiency" / "kernels.yaml", tables);
    dynamo::facts_compiler::compile_sanity(data / "efficiency" / "sanity.yaml", tables);
    dynamo::facts_compiler::compile_typical(data / "efficiency" / "typical.yaml", tables);
    dynamo::facts_compiler::compile_corrections(data / "efficiency" / "corrections.yaml", tables);
    std::ofstream out(argv[2], std::ios::binary);
    out << tables.source();
    out.close();
    if (!out) {
      std::cerr << argv[2] << ": cannot be written\n";
      return 1;
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
