// Guards against blocking calls on gRPC library threads.
//
// gRPC runs callbacks on about two threads; one blocked callback stalls every call of the process.
// libs/rpc marks those threads; storage and cache announce each call that may block.
#pragma once

#include <cstdint>

namespace kpisuite {

// Marks the current thread as a library thread for a scope. Scopes nest.
class MarkLibraryThread {
 public:
  MarkLibraryThread();
  MarkLibraryThread(const MarkLibraryThread&) = delete;
  MarkLibraryThread& operator=(const MarkLibraryThread&) = delete;
  ~MarkLibraryThread();
};

// Whether the current thread is inside a MarkLibraryThread scope.
bool OnLibraryThread();

// Announces a call that may block; `what` names it ("sqlite"). On a library thread: aborts with
// `what` on stderr in builds with KPISUITE_DEBUG_ASSERTS, otherwise counts.
void CheckMayBlock(const char* what);

// Number of blocking calls counted on library threads since the process started.
uint64_t BlockingCallsOnLibraryThreads();

}  // namespace kpisuite
