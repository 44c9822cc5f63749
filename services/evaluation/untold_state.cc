#include "services/evaluation/untold_state.h"

#include <memory>

namespace kpisuite {

StateAnswer UntoldState(const UntoldPlace& place, absl::Time now, absl::Time as_of,
                        absl::string_view why) {
  v1::KpiState state;
  state.set_kpi(place.kpi.resource_name());
  state.set_window(place.kpi.windows[place.window].id());
  state.set_slice(place.slice);
  state.mutable_period()->set_id(place.period);
  state.set_unit(place.kpi.unit_text);
  state.set_display_name(place.kpi.display_name);
  state.set_nd_reason(v1::ND_REASON_NOT_READY);
  state.set_status(v1::STATUS_NO_DATA);
  state.set_raw_status(v1::STATUS_NO_DATA);
  state.set_data_state(v1::DATA_STATE_PROVISIONAL);
  state.add_reasons(std::string(why));
  return {std::make_shared<const std::string>(state.SerializeAsString()),
          FreshnessSuffix(v1::STATE_SOURCE_COMPUTED, now, as_of, std::string(why))};
}

}  // namespace kpisuite
