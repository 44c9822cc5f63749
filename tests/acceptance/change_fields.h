// The fields of an explained change that an `expect change` can name, as text.
#pragma once

#include <string>

#include "absl/strings/string_view.h"
#include "kpisuite/v1/change.pb.h"

namespace kpisuite {

// Whether the name is one of ChangeFieldNames().
bool IsChangeField(absl::string_view name);

// All names, for messages.
std::string ChangeFieldNames();

// `none` for what is not set; `drivers` are `NAME=CONTRIBUTION` in order, joined by '+'.
std::string ChangeField(absl::string_view name, const v1::ChangeExplanation& change);

}  // namespace kpisuite
