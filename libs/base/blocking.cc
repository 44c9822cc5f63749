#include "libs/base/blocking.h"

#include <atomic>
#include <cstdio>
#include <cstdlib>

namespace kpisuite {
namespace {

thread_local int library_scopes = 0;
std::atomic<uint64_t> blocking_calls{0};

}  // namespace

MarkLibraryThread::MarkLibraryThread() { ++library_scopes; }

MarkLibraryThread::~MarkLibraryThread() { --library_scopes; }

bool OnLibraryThread() { return library_scopes > 0; }

void CheckMayBlock(const char* what) {
  if (!OnLibraryThread()) return;
#ifdef KPISUITE_DEBUG_ASSERTS
  std::fprintf(stderr, "blocking call on a gRPC library thread: %s\n", what);
  std::abort();
#else
  static_cast<void>(what);
  blocking_calls.fetch_add(1, std::memory_order_relaxed);
#endif
}

uint64_t BlockingCallsOnLibraryThreads() { return blocking_calls.load(std::memory_order_relaxed); }

}  // namespace kpisuite
