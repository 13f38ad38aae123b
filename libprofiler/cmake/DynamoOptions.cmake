# dynamo_options: what every target of the project is compiled with.
add_library(dynamo_options INTERFACE)
target_compile_features(dynamo_options INTERFACE cxx_std_23)
target_compile_options(dynamo_options INTERFACE -Wall -Wextra -Wconversion -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # g++ 12 reports impossible overlaps and bounds inside its own std::string and std::from_chars once they are inlined (GCC bug 105651).
  target_compile_options(dynamo_options INTERFACE -Wno-restrict -Wno-array-bounds -Wno-stringop-overflow)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 implements std::stable_sort with a function that it marks deprecated itself.
  target_compile_options(dynamo_options INTERFACE -Wno-deprecated-declarations)
endif()
if(DYNAMO_SANITIZE)
  target_compile_options(dynamo_options INTERFACE -fsanitize=${DYNAMO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(dynamo_options INTERFACE -fsanitize=${DYNAMO_SANITIZE})
endif()
# Contracting a*b+c into one rounding would make the last digits depend on the compiler.
target_compile_options(dynamo_options INTERFACE -ffp-contract=off)
