// SplitMix64: the same numbers from the same seed on every machine and with every standard library, which
// std::…_distribution does not promise.
#pragma once

#include <cstdint>

namespace tilts::simulator {

class Random {
 public:
  // Different streams of one seed do not follow each other.
  explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : state_(seed) {
    state_ = next() ^ (stream * 0x9E3779B97F4A7C15ULL);
  }

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }

  // 0 … limit - 1; the bias of the remainder is below 2^-40 for the limits used here.
  std::uint32_t below(std::uint32_t limit) { return static_cast<std::uint32_t>(next() % limit); }
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return unit() < probability; }

 private:
  std::uint64_t state_;
};

}  // namespace tilts::simulator
