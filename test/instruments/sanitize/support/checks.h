// Checks of a program: it counts its cases, says what does not hold and where,
// and ends with a line that tools/test-sanitize.mjs reads.
#ifndef SECUR32_TEST_SANITIZE_SUPPORT_CHECKS_H_
#define SECUR32_TEST_SANITIZE_SUPPORT_CHECKS_H_

#include <string>

namespace secur32::sanitize {

#define EXPECT(condition) ::secur32::sanitize::Expect((condition), #condition, __FILE__, __LINE__)

// A failure names the case that it is of.
void BeginCase(std::string name);

void Expect(bool holds, const char* what, const char* file, int line);

// Nothing of the package is alive, for it and for the core; no rule was
// broken; the script was followed to its end.
void ExpectNothingLeft();

int CountFailures();

// The exit code.
int EndProgram();

}  // namespace secur32::sanitize

#endif  // SECUR32_TEST_SANITIZE_SUPPORT_CHECKS_H_
