#include "platform/text/encoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>

namespace tweestap::platform {
namespace {

// RFC 4648, 10, without the padding
TEST(Encoding, IsRfc4648) {
  EXPECT_EQ(to_base64(bytes_of("foobar")), "Zm9vYmFy");
  EXPECT_EQ(to_base64(bytes_of("foob")), "Zm9vYg");
  EXPECT_EQ(to_base32(bytes_of("foobar")), "MZXW6YTBOI");
  EXPECT_EQ(to_base32(bytes_of("fo")), "MZXQ");
  EXPECT_EQ(to_base64url(bytes_of("\xfb\xff")), "-_8");
  EXPECT_EQ(to_hex(bytes_of("\x01\xab")), "01ab");
  EXPECT_EQ(secret_to_base32(Secret::from_text("foobar")).reveal_text(), "MZXW6YTBOI");
  EXPECT_EQ(secret_to_base64url(Secret::from_text("\xfb\xff")).reveal_text(), "-_8");
}

TEST(Encoding, ReadsOneTextForOneValue) {
  EXPECT_EQ(from_base32("mzxw6ytboi"), from_base32("MZXW6YTBOI")) << "people type in either case";
  EXPECT_EQ(from_hex("AB"), from_hex("ab"));
  for (const std::string_view wrong : {"MZXW6YTBOI======", "MZXW6YTB0I", "MZXW6 YTBOI", "MZXR", "M", "MZX", "MZXW6Y"}) {
    EXPECT_FALSE(from_base32(wrong)) << wrong;
    EXPECT_FALSE(secret_from_base32(wrong)) << wrong;
  }
  for (const std::string_view wrong : {"-_9", "-_8=", "+/8", "A", "AAAAA", "-_8\n"}) {
    EXPECT_FALSE(from_base64url(wrong)) << wrong;
    EXPECT_FALSE(secret_from_base64url(wrong)) << wrong;
  }
  for (const std::string_view wrong : {"a", "abc", "0g", "0x", " ab"}) EXPECT_FALSE(secret_from_hex(wrong)) << wrong;
  EXPECT_EQ(from_base64url("")->size(), 0U);
}

RC_GTEST_PROP(Encoding, ReadsBackWhatItWrote, (const std::vector<std::uint8_t>& bytes)) {
  RC_ASSERT(from_hex(to_hex(bytes)) == bytes);
  RC_ASSERT(from_base32(to_base32(bytes)) == bytes);
  RC_ASSERT(from_base64(to_base64(bytes)) == bytes);
  RC_ASSERT(from_base64url(to_base64url(bytes)) == bytes);
}

RC_GTEST_PROP(Encoding, WhatItReadsIsWhatItWouldWrite, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::elementOf(std::string("ABab019-_=")));
  if (const auto bytes = from_base64url(text)) RC_ASSERT(to_base64url(*bytes) == text);
}

TEST(PercentEncode, LeavesTheUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b&c=d\xc3\xa9/"), "a%20b%26c%3Dd%C3%A9%2F");
}

}  // namespace
}  // namespace tweestap::platform
