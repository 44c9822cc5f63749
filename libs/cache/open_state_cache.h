// Opens the state cache that an operator has chosen.
#pragma once

#include <memory>

#include "libs/cache/cache_address.h"
#include "libs/cache/state_cache.h"

namespace kpisuite {

// Never fails and never connects: a Redis that is down shows in the first call.
std::unique_ptr<StateCache> OpenStateCache(const CacheAddress& address);

}  // namespace kpisuite
