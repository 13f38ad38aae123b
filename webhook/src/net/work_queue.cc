#include "net/work_queue.h"

#include <utility>

namespace dynamo::webhook {

WorkQueue::WorkQueue(std::size_t workers, std::size_t depth, Work work) : depth_(depth), work_(std::move(work)) {
  for (std::size_t i = 0; i < workers; ++i) workers_.emplace_back([this] { run(); });
}

WorkQueue::~WorkQueue() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
    tasks_.clear();
  }
  news_.notify_all();
  workers_.clear();
}

bool WorkQueue::push(Task& task) {
  {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() >= depth_) return false;
    tasks_.push_back(std::move(task));
  }
  news_.notify_one();
  return true;
}

std::size_t WorkQueue::waiting() const {
  const std::lock_guard lock(mutex_);
  return tasks_.size();
}

void WorkQueue::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    news_.wait(lock, [this] { return ending_ || !tasks_.empty(); });
    if (ending_) return;
    Task task = std::move(tasks_.front());
    tasks_.pop_front();
    lock.unlock();
    work_(task);
    task = Task();   // the body goes before the lock is taken
    lock.lock();
  }
}

}  // namespace dynamo::webhook
