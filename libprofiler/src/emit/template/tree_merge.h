#pragma once

#include "dynamo/profiler/document.h"

namespace dynamo::emit {

/// Lays `theirs` over `base`: objects member by member, lists of named things (volumes, variables, mounts) entry by entry,
/// other lists of objects joined without repeating an entry, everything else replaced. A null says nothing.
void merge_tree(Value& base, const Value& theirs);

/// Removes a member; nothing happens if there is none.
void erase_member(Value& object, std::string_view key);

}  // namespace dynamo::emit
