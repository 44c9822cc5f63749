#include "libs/cache/open_state_cache.h"

#include "libs/cache/memory_state_cache.h"
#include "libs/cache/redis_state_cache.h"

namespace kpisuite {

std::unique_ptr<StateCache> OpenStateCache(const CacheAddress& address) {
  if (address.engine == CacheAddress::Engine::kMemory) return std::make_unique<MemoryStateCache>();
  return std::make_unique<RedisStateCache>(address, RedisStateCacheOptions{});
}

}  // namespace kpisuite
