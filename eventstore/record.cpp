#include "eventstore/record.h"

#include <algorithm>
#include <array>
#include <bit>

#include "platform/bug.h"
#include "platform/bytes.h"

namespace tweestap::eventstore {
namespace {

constexpr std::uint8_t kLeafPrefix = 0;  // RFC 6962, 2.1: so that no node can pass for a leaf
constexpr std::uint8_t kNodePrefix = 1;

}  // namespace

platform::Digest leaf_hash(std::string_view entry) noexcept {
  thread_local platform::Sha256 hash;  // making one costs more than hashing an envelope
  return hash.update(platform::Bytes{&kLeafPrefix, 1}).update(entry).finish();
}

platform::Digest node_hash(const platform::Digest& left, const platform::Digest& right) noexcept {
  std::array<std::uint8_t, 1 + 2 * std::tuple_size_v<platform::Digest>> bytes{};
  bytes[0] = kNodePrefix;
  const auto after_left = std::copy(left.begin(), left.end(), bytes.begin() + 1);
  std::copy(right.begin(), right.end(), after_left);
  return platform::sha256(platform::Bytes{bytes});
}

platform::Digest empty_root() noexcept { return platform::sha256(std::string_view{}); }

std::vector<TreeNodeId> frontier_of(std::uint64_t size) {
  std::vector<TreeNodeId> out;
  std::uint64_t leaves_before = 0;
  for (std::uint8_t level = 64; level-- > 0;) {
    if ((size >> level & 1U) == 0) continue;
    out.push_back({level, leaves_before >> level});
    leaves_before += std::uint64_t{1} << level;
  }
  return out;
}

MerkleFrontier::MerkleFrontier(std::uint64_t size, std::span<const platform::Digest> hashes)
    : size_(size), edge_(hashes.begin(), hashes.end()) {
  if (hashes.size() != static_cast<std::size_t>(std::popcount(size))) {
    platform::bug("the right edge of a tree has one subtree for each bit of its size");
  }
}

void MerkleFrontier::append(const platform::Digest& leaf, std::vector<TreeNode>& completed) {
  TreeNode node{{0, size_}, leaf};
  completed.push_back(node);
  // As adding 1 carries over every bit that is set, the leaf joins every complete subtree of the same size.
  for (; (node.id.index & 1U) != 0; edge_.pop_back()) {
    node = {{static_cast<std::uint8_t>(node.id.level + 1), node.id.index >> 1}, node_hash(edge_.back(), node.hash)};
    completed.push_back(node);
  }
  edge_.push_back(node.hash);
  ++size_;
}

platform::Digest MerkleFrontier::root() const noexcept {
  if (edge_.empty()) return empty_root();
  platform::Digest root = edge_.back();
  for (std::size_t i = edge_.size() - 1; i-- > 0;) root = node_hash(edge_[i], root);
  return root;
}

platform::Digest root_of(std::span<const platform::Digest> leaves) {
  MerkleFrontier tree;
  std::vector<TreeNode> completed;
  for (const platform::Digest& leaf : leaves) {
    completed.clear();
    tree.append(leaf, completed);
  }
  return tree.root();
}

}  // namespace tweestap::eventstore
