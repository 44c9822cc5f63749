#include "services/kpictl/import/progress.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace kpisuite {
namespace {

constexpr int kBarWidth = 30;
constexpr absl::Duration kRedraw = absl::Milliseconds(100);
constexpr absl::Duration kNextLine = absl::Seconds(1);

}  // namespace

Progress::Progress(std::ostream& out, bool is_terminal, const Clock& clock, std::string title,
                   std::string unit, int64_t total)
    : out_(out),
      is_terminal_(is_terminal),
      clock_(clock),
      title_(std::move(title)),
      unit_(std::move(unit)),
      total_(total),
      start_(clock.Now()),
      last_drawn_(is_terminal ? absl::InfinitePast() : clock.Now()) {}

std::string Progress::Line(int64_t done) const {
  const double part = total_ == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total_);
  const double seconds = absl::ToDoubleSeconds(clock_.Now() - start_);
  std::string line = absl::StrCat(title_, "  ");
  if (is_terminal_) {
    const int filled = std::clamp(static_cast<int>(part * kBarWidth), 0, kBarWidth);
    absl::StrAppend(&line, "[", std::string(filled, '#'), std::string(kBarWidth - filled, '.'),
                    "] ");
  }
  absl::StrAppend(&line, absl::StrFormat("%3.0f %%", part * 100), "  ", done, "/", total_, " ",
                  unit_);
  if (seconds > 0 && done > 0) {
    const double rate = static_cast<double>(done) / seconds;
    absl::StrAppend(&line, "  ", absl::StrFormat("%.0f/s", rate));
    if (done < total_) {
      absl::StrAppend(&line, "  ", absl::StrFormat("%.0f s left", (total_ - done) / rate));
    }
  }
  return line;
}

void Progress::Update(int64_t done) {
  const absl::Time now = clock_.Now();
  if (now - last_drawn_ < (is_terminal_ ? kRedraw : kNextLine)) return;
  if (is_terminal_) {
    last_drawn_ = now;
    out_ << "\r" << Line(done) << "\x1b[K" << std::flush;
    return;
  }
  const int64_t tenth = total_ == 0 ? 0 : done * 10 / total_;
  if (tenth == last_tenth_ || done == total_) return;
  last_tenth_ = tenth;
  last_drawn_ = now;
  out_ << Line(done) << "\n" << std::flush;
}

void Progress::Finish(int64_t done) {
  if (is_terminal_) out_ << "\r";
  out_ << Line(done) << (is_terminal_ ? "\x1b[K\n" : "\n") << std::flush;
}

}  // namespace kpisuite
