#include "eventstore/record.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <map>
#include <string>

#include "platform/bytes.h"
#include "platform/text/encoding.h"

namespace tweestap::eventstore {
namespace {

using platform::Digest;

std::string hex(const Digest& digest) { return platform::to_hex(digest); }

// RFC 6962, 2.1, as it is written there.
Digest naive_root(std::span<const Digest> leaves) {
  if (leaves.empty()) return platform::sha256(std::string_view{});
  if (leaves.size() == 1) return leaves[0];
  const std::size_t k = std::bit_floor(leaves.size() - 1);  // the largest power of two smaller than n
  return node_hash(naive_root(leaves.first(k)), naive_root(leaves.subspan(k)));
}

std::vector<Digest> leaves(std::size_t count) {
  std::vector<Digest> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(leaf_hash("entry " + std::to_string(i)));
  return out;
}

// The test vectors that certificate transparency's implementations share (eight entries, roots of every size).
const std::vector<std::string> kVectorEntries{
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const std::vector<std::string> kVectorRoots{"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                                            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                                            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                                            "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                                            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                                            "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                                            "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                                            "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                                            "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

TEST(Record, HasTheKnownRootsOfRfc6962) {
  MerkleFrontier tree;
  std::vector<TreeNode> completed;
  EXPECT_EQ(hex(tree.root()), kVectorRoots[0]);
  EXPECT_EQ(hex(empty_root()), kVectorRoots[0]);
  for (std::size_t i = 0; i < kVectorEntries.size(); ++i) {
    const auto entry = *platform::from_hex(kVectorEntries[i]);
    tree.append(leaf_hash(platform::text_of(entry)), completed);
    EXPECT_EQ(hex(tree.root()), kVectorRoots[i + 1]) << i + 1 << " leaves";
  }
}

TEST(Record, GrowsAsTheRecursiveDefinitionSays) {
  const auto all = leaves(300);
  MerkleFrontier tree;
  std::vector<TreeNode> completed;
  for (std::size_t n = 0; n <= all.size(); ++n) {
    const auto first = std::span{all}.first(n);
    ASSERT_EQ(tree.size(), n);
    ASSERT_EQ(tree.root(), naive_root(first)) << n << " leaves";
    ASSERT_EQ(root_of(first), tree.root());
    if (n < all.size()) tree.append(all[n], completed);
  }
}

TEST(Record, TellsEveryCompleteSubtreeOnceAndRight) {
  const auto all = leaves(200);
  MerkleFrontier tree;
  std::vector<TreeNode> completed;
  for (const Digest& leaf : all) tree.append(leaf, completed);
  std::map<TreeNodeId, Digest> seen;
  for (const TreeNode& node : completed) {
    EXPECT_TRUE(seen.emplace(node.id, node.hash).second) << "told twice";
    const std::size_t size = std::size_t{1} << node.id.level;
    EXPECT_EQ(node.hash, naive_root(std::span{all}.subspan(node.id.index * size, size)));
  }
  std::size_t expected = 0;
  for (std::size_t size = 1; size <= all.size(); size *= 2) expected += all.size() / size;
  EXPECT_EQ(seen.size(), expected);
}

RC_GTEST_PROP(Record, GoesOnFromTheNodesThatWereKept, (std::uint16_t before, std::uint8_t after)) {
  const std::size_t kept = before % 2000U;
  const auto all = leaves(kept + after);
  MerkleFrontier tree;
  std::vector<TreeNode> completed;
  for (std::size_t i = 0; i < kept; ++i) tree.append(all[i], completed);
  std::map<TreeNodeId, Digest> rows;
  for (const TreeNode& node : completed) rows[node.id] = node.hash;

  std::vector<Digest> edge;
  for (const TreeNodeId& id : frontier_of(kept)) {
    RC_ASSERT(rows.contains(id));
    edge.push_back(rows[id]);
  }
  MerkleFrontier reopened{kept, edge};
  for (std::size_t i = kept; i < all.size(); ++i) reopened.append(all[i], completed);
  RC_ASSERT(reopened.root() == naive_root(all));
  RC_ASSERT(reopened.size() == all.size());
}

TEST(Record, TheFrontierOfAHugeTreeHasASubtreeForEachBit) {
  EXPECT_TRUE(frontier_of(0).empty());
  EXPECT_EQ(frontier_of(6), (std::vector<TreeNodeId>{{2, 0}, {1, 2}}));
  EXPECT_EQ(frontier_of(~std::uint64_t{0}).size(), 64U);
  EXPECT_EQ(frontier_of(std::uint64_t{1} << 63), (std::vector<TreeNodeId>{{63, 0}}));
}

TEST(Record, ALeafIsNoNode) {
  const Digest left = leaf_hash("a");
  const Digest right = leaf_hash("b");
  std::string both{platform::text_of(left)};
  both.append(platform::text_of(right));
  EXPECT_NE(node_hash(left, right), leaf_hash(both));
}

}  // namespace
}  // namespace tweestap::eventstore
