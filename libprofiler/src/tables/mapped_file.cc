#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "tables/pack_file.h"

namespace dynamo::tables {

MappedFile::~MappedFile() {
  if (data_ != nullptr) munmap(const_cast<std::byte*>(data_), size_);
}

std::expected<void, std::string> MappedFile::open(const std::filesystem::path& file) {
  const auto fail = [] { return std::unexpected(std::generic_category().message(errno)); };
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) return fail();
  struct stat status {};
  if (fstat(handle, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(handle);
    return std::unexpected(std::string("it is no regular file"));
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* mapped = size == 0 ? nullptr : mmap(nullptr, size, PROT_READ, MAP_SHARED, handle, 0);
  const int error = errno;
  ::close(handle);
  errno = error;
  if (mapped == MAP_FAILED) return fail();
  data_ = static_cast<const std::byte*>(mapped);
  size_ = size;
  return {};
}

}  // namespace dynamo::tables
