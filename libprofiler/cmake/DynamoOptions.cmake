# dynamo_options: what every target of the project is compiled with.
add_library(dynamo_options INTERFACE)
target_compile_features(dynamo_options INTERFACE cxx_std_23)
target_compile_options(dynamo_options INTERFACE -Wall -Wextra -Wconversion -Werror)
if(DYNAMO_SANITIZE)
  target_compile_options(dynamo_options INTERFACE -fsanitize=${DYNAMO_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  target_link_options(dynamo_options INTERFACE -fsanitize=${DYNAMO_SANITIZE})
endif()
# Contracting a*b+c into one rounding would make the last digits depend on the compiler.
target_compile_options(dynamo_options INTERFACE -ffp-contract=off)
