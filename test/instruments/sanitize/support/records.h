// The records of attributes: every shape in which a package can fill one, made
// from its layout, and all that the addon reads of it.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_RECORDS_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_RECORDS_H_

#include <cstdint>
#include <vector>

#include "scripted/answer.h"
#include "sspi/attribute_layouts.h"
#include "sspi/attributes.h"

namespace secur32::sanitize {

enum class RecordShape {
  kComplete,
  // NULL for every pointer, with counts all the same.
  kNullMembers,
  // All pointers are the same.
  kShared,
  // Counts that are more than the record's own arrays.
  kTooMuch,
  // Longer than the layout says, as of a newer package.
  kLonger,
  kNothing,
};
constexpr RecordShape kRecordShapes[] = {RecordShape::kComplete, RecordShape::kNullMembers,
                                         RecordShape::kShared,   RecordShape::kTooMuch,
                                         RecordShape::kLonger,   RecordShape::kNothing};

// Every layout of the table.
const std::vector<const AttributeLayout*>& ContextLayouts();
const std::vector<const AttributeLayout*>& CredentialLayouts();

// What a package answers that succeeds. Arrays have `count` elements, and every
// byte string but those of one byte is `secret`, as far as it goes.
scripted::Answer AnswerWithRecord(const AttributeLayout& layout, RecordShape shape, uint32_t count,
                                  const std::vector<uint8_t>& secret);
// And one that fails: garbage, of which nothing is to be given back.
scripted::Answer AnswerWithGarbage(const AttributeLayout& layout, SECURITY_STATUS status);

// How many blocks of the package's, and how many certificates, the caller has after it.
uint32_t CountBlocks(const scripted::Answer& answer);
uint32_t CountCertificateFields(const AttributeLayout& layout, RecordShape shape);

// Reads whatever the addon would copy for JavaScript, as a sum.
uint32_t ReadRecord(const AttributeQuery& query);

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_RECORDS_H_
