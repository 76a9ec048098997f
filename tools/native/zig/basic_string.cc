// The members of std::string, which the headers declare to be elsewhere. libc++ has them in string.cpp,
// together with the conversions of floating-point numbers and half of stdio, which nobody here needs.
#include <string>

template class std::basic_string<char>;
