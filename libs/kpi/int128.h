#pragma once

namespace kpisuite {

// The compiler's 128 bit integers, with overflow builtins. absl::int128 converts to and from them.
__extension__ typedef __int128 Int128;
__extension__ typedef unsigned __int128 Uint128;

}  // namespace kpisuite
