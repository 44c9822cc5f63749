// StateLookup: from the key of a request to a state, at once from the board or on the engine
// thread.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "kpisuite/v1/evaluation_service.pb.h"
#include "services/evaluation/evaluation_loop.h"
#include "services/evaluation/kpi_directory.h"
#include "services/evaluation/serving_health.h"
#include "services/evaluation/shown_positions.h"
#include "services/evaluation/state_board.h"

namespace kpisuite {

// A state and how it was obtained: the answer is one after the other (concatenated messages
// merge).
struct StateAnswer {
  StateBytes state;
  std::string suffix;
};

// Which period is meant.
struct PeriodSelector {
  enum class Kind { kCurrent, kLatestClosed, kLatestWithData, kId };
  Kind kind = Kind::kCurrent;
  std::string id;  // kId only; not checked yet

  // `text` as in StateKey.period; `otherwise` for the empty text.
  static PeriodSelector Of(absl::string_view text, Kind otherwise);
};

// A key whose KPI and window exist.
struct ResolvedKey {
  std::shared_ptr<const KpiInfo> kpi;
  size_t window = 0;
  std::string slice;  // as sent
  MembershipView view = MembershipView::kAsIs;
  PeriodSelector period;
};

// The parts outlive the lookup. Thread-safe where nothing else is said.
class StateLookup {
 public:
  StateLookup(const KpiDirectory& directory, const StateBoard& board,
              const ShownPositions& positions, const ServingHealth& health, EvaluationLoop& loop,
              const Clock& clock)
      : directory_(directory),
        board_(board),
        positions_(positions),
        health_(health),
        loop_(loop),
        clock_(clock) {}

  // NOT_FOUND for a KPI or window that does not exist; INVALID_ARGUMENT for a name that cannot.
  absl::StatusOr<ResolvedKey> Resolve(const v1::StateKey& key) const;
  // Whether the KPI's partition is served from memory.
  bool IsReady(const ResolvedKey& key) const { return positions_.ready(key.kpi->part()); }
  // A state that the board shows; nothing when it takes the engine to answer. Never blocks.
  std::optional<StateAnswer> FromBoard(const ResolvedKey& key) const;
  // The same of a partition that another process owns, while its states here are fresh.
  std::optional<StateAnswer> FromMirror(const ResolvedKey& key) const;
  // What was shown last of a key, however old; LATEST_CLOSED is the last period that is shown to
  // be closed. Nothing when no such period is. AS_IS only. Never blocks.
  std::optional<BoardState> LastShown(const ResolvedKey& key, absl::Time now) const;
  // The same with its source, stale for the reason `why`, where all states of the partition were
  // known here once.
  std::optional<StateAnswer> FromHeld(const ResolvedKey& key, absl::string_view why) const;

  // The engine's answer, kept or computed for this call. Only on the engine thread. Errors: those
  // of Read and UNAVAILABLE (NOT_READY) while inputs are loaded.
  absl::StatusOr<StateAnswer> FromEngine(const ResolvedKey& key) const;

  // Where a key leads to on the engine thread. NOT_FOUND, INVALID_ARGUMENT for slice or period.
  struct Place {
    PartitionEngine* engine = nullptr;
    const KpiRuntime* runtime = nullptr;
    std::string slice;  // canonical
    size_t window = 0;
    Period period;
  };
  absl::StatusOr<Place> Locate(const ResolvedKey& key) const;
  // The KPI in a view; it itself when the view makes no difference. INVALID_ARGUMENT for a KPI
  // that is kept AS_IS only.
  static absl::StatusOr<const KpiRuntime*> InView(const PartitionEngine& engine,
                                                  const KpiRuntime& runtime, MembershipView view);
  // The period that a selector means for one series of a KPI. Only on the engine thread.
  absl::StatusOr<Period> PeriodFor(PartitionEngine& engine, const KpiRuntime& runtime,
                                   absl::string_view slice, size_t window,
                                   const PeriodSelector& selector, absl::Time now) const;
  // The state at a place, with its source. Only on the engine thread.
  absl::StatusOr<StateAnswer> ReadPlace(const Place& place, absl::Time now) const;

 private:
  // What the board has for the key; nothing when it takes the engine to know.
  std::optional<BoardState> OnBoard(const ResolvedKey& key, absl::Time now) const;

  const KpiDirectory& directory_;
  const StateBoard& board_;
  const ShownPositions& positions_;
  const ServingHealth& health_;
  EvaluationLoop& loop_;
  const Clock& clock_;
};

// FAILED_PRECONDITION (NOT_READY) of an engine as callers see it: UNAVAILABLE.
absl::Status AsUnavailable(absl::Status status);

}  // namespace kpisuite
