# Feeds the fact compiler one bad file at a time and checks that it names the file, the line and the mistake.
set(good_head "name: x1\nlisting_order: 1\nmeasured: false\nspellings: [x]\nsources: {a: somewhere}\n")

function(expect_mistake text expected)
  file(REMOVE_RECURSE ${WORK})
  file(MAKE_DIRECTORY ${WORK}/hardware ${WORK}/models ${WORK}/backends)
  file(WRITE ${WORK}/hardware/x1.yaml "${text}")
  execute_process(COMMAND ${COMPILER} ${WORK} ${WORK}/out.cc RESULT_VARIABLE result ERROR_VARIABLE message)
  if(result EQUAL 0)
    message(FATAL_ERROR "accepted: ${text}")
  endif()
  if(NOT message MATCHES "x1\\.yaml:[0-9]+: ${expected}")
    message(FATAL_ERROR "expected '${expected}', got '${message}'")
  endif()
endfunction()

expect_mistake("${good_head}facts: {memory_bandwith_bytes_per_s: {value: 1, source: a}}\n"
  "unknown key 'memory_bandwith_bytes_per_s'")
expect_mistake("${good_head}facts: {memory_bandwidth_bytes_per_s: {value: 1, source: b}}\n"
  "source 'b' is not listed under sources")
expect_mistake("${good_head}facts: {memory_bandwidth_bytes_per_s: {value: fast, source: a}}\n"
  "'fast' is not a number")
expect_mistake("${good_head}facts: {memory_bandwidth_bytes_per_s: {value: -1, source: a}}\n"
  "a fact cannot be negative")
expect_mistake("${good_head}facts: {}\n" "missing fact 'memory_bandwidth_bytes_per_s'")
expect_mistake("name: x2\nlisting_order: 1\nmeasured: false\nspellings: [x]\nsources: {}\nfacts: {}\n"
  "the name must be that of the file")
expect_mistake("name: [x1\n" "")
