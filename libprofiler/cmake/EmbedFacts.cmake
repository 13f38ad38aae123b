# dynamo_embed_facts(OUT_VAR): compiles libprofiler/data into one C++ source of constant tables and puts its path into
# OUT_VAR. A mistake in a data file stops the build with the file's name and line.
function(dynamo_embed_facts out_var)
  set(data_dir ${PROJECT_SOURCE_DIR}/libprofiler/data)
  set(generated ${CMAKE_CURRENT_BINARY_DIR}/facts_tables.cc)
  file(GLOB data_files CONFIGURE_DEPENDS
    ${data_dir}/hardware/*.yaml ${data_dir}/models/*.yaml ${data_dir}/backends/*.yaml ${data_dir}/efficiency/*.yaml)
  add_custom_command(
    OUTPUT ${generated}
    COMMAND facts_compiler ${data_dir} ${generated}
    DEPENDS facts_compiler ${data_files}
    COMMENT "Compiling facts"
    VERBATIM)
  set(${out_var} ${generated} PARENT_SCOPE)
endfunction()
