#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "net/http.h"
#include "net/memory_budget.h"
#include "net/phase_lists.h"

namespace dynamo::webhook {

class Router;

/// One complete request on its way to a worker.
struct Task {
  ConnectionId connection = 0;
  const Router* router = nullptr;
  HttpRequest request;
  bool close = false;          ///< close the connection after the answer
  MemoryLease memory;
};

/// Workers and a queue of bounded length before them.
class WorkQueue {
 public:
  using Work = std::function<void(Task&)>;

  WorkQueue(std::size_t workers, std::size_t depth, Work work);
  /// Finishes what is being worked on; what waits is dropped.
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  /// False, and `task` untouched, when the queue is full.
  [[nodiscard]] bool push(Task& task);
  [[nodiscard]] std::size_t waiting() const;

 private:
  void run();

  std::size_t depth_;
  Work work_;
  mutable std::mutex mutex_;
  std::condition_variable news_;
  std::deque<Task> tasks_;     ///< guarded by mutex_
  bool ending_ = false;        ///< guarded by mutex_
  std::vector<std::jthread> workers_;
};

}  // namespace dynamo::webhook
