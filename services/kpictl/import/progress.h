// How far a long run is: a bar on a terminal, a plain line now and then elsewhere.
#pragma once

#include <cstdint>
#include <ostream>
#include <string>

#include "absl/time/time.h"
#include "libs/base/clock.h"

namespace kpisuite {

// Not thread-safe.
class Progress {
 public:
  // `total` things called `unit` are to be done. Streams and clock outlive the progress.
  Progress(std::ostream& out, bool is_terminal, const Clock& clock, std::string title,
           std::string unit, int64_t total);

  // `done` things are done; draws at most ten times a second on a terminal; elsewhere writes a line
  // at every tenth part, at most one a second.
  void Update(int64_t done);
  // Draws the last state and ends the line.
  void Finish(int64_t done);

 private:
  std::string Line(int64_t done) const;

  std::ostream& out_;
  const bool is_terminal_;
  const Clock& clock_;
  const std::string title_;
  const std::string unit_;
  const int64_t total_;
  const absl::Time start_;
  absl::Time last_drawn_;
  int64_t last_tenth_ = 0;
};

}  // namespace kpisuite
