#pragma once
// The record: a Merkle tree over envelope bytes (RFC 6962, section 2.1), grown at its right edge.
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>
#include <vector>

#include "platform/crypto/hash.h"
#include "platform/failure.h"

namespace tweestap::eventstore {

/// A complete subtree: 2^level leaves from leaf `index << level` on (leaves from 0; position 1 is leaf 0).
struct TreeNodeId {
  std::uint8_t level = 0;
  std::uint64_t index = 0;
  friend constexpr auto operator<=>(const TreeNodeId&, const TreeNodeId&) = default;
};

/// A complete subtree and its hash, as the family `tree` keeps it; it never changes.
struct TreeNode {
  TreeNodeId id;
  platform::Digest hash{};
  friend bool operator==(const TreeNode&, const TreeNode&) = default;
};

/// SHA-256(0x00 || entry) and SHA-256(0x01 || left || right): RFC 6962, 2.1. Any thread.
[[nodiscard]] platform::Digest leaf_hash(std::string_view entry) noexcept;
[[nodiscard]] platform::Digest node_hash(const platform::Digest& left, const platform::Digest& right) noexcept;
/// The root of no leaves: SHA-256 of nothing.
[[nodiscard]] platform::Digest empty_root() noexcept;

/// The complete subtrees that make up the right edge of a tree of `size` leaves, largest first: what is read from
/// `tree` at start. One for each bit of `size`.
[[nodiscard]] std::vector<TreeNodeId> frontier_of(std::uint64_t size);

/// The right edge of a tree: enough to append and to know the root. Copies are independent (a batch works on a copy and
/// keeps it when it is stored). Thread rule: as a plain value.
class MerkleFrontier {
 public:
  /// The empty tree.
  MerkleFrontier() = default;
  /// A tree of `size` leaves from the hashes of frontier_of(size), in that order. Another number of hashes is a bug.
  MerkleFrontier(std::uint64_t size, std::span<const platform::Digest> hashes);

  /// Appends a leaf and adds the subtrees that this completes to `completed`: the leaf (level 0) and those above it.
  void append(const platform::Digest& leaf, std::vector<TreeNode>& completed);

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// RFC 6962, 2.1: the tree's hash.
  [[nodiscard]] platform::Digest root() const noexcept;

 private:
  std::uint64_t size_ = 0;
  std::vector<platform::Digest> edge_;  // largest first
};

/// The root of `leaves`, computed in one go: for checking a whole store.
[[nodiscard]] platform::Digest root_of(std::span<const platform::Digest> leaves);

}  // namespace tweestap::eventstore
