// What makes two entries of the state log the same.
#pragma once

#include <string>

#include "services/evaluation/engine/engine_types.h"

namespace kpisuite {

// SHA-256 over state, period, value, status, cause, revision and time of recording: the key of an
// entry in PostgreSQL, where a row is too long for an index over them. Stored: never changed.
std::string EntryIdentity(const LoggedState& logged);

}  // namespace kpisuite
