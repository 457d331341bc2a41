/*
 * Preloaded into a program, makes one chosen fsync or fdatasync below a folder slow, or lets it
 * fail. The test arms it through a file that both have mapped: how many calls are left until the
 * fault (0: none), what the fault is (milliseconds of delay; -1: EIO), how many faults there were.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

static volatile int32_t *control;
static const char *folder;

__attribute__((constructor)) static void map_control(void) {
  const char *path = getenv("F2F_FSYNC_CONTROL");
  folder = getenv("F2F_FSYNC_FOLDER");
  if (!path || !folder) return;
  int fd = open(path, O_RDWR);
  if (fd < 0) return;
  void *at = mmap(NULL, 12, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (at != MAP_FAILED) control = at;
}

static int is_below_folder(int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return strncmp(path, folder, strlen(folder)) == 0 && strstr(path, "/log/") != NULL;
}

/* Whether this call fails. */
static int fault(int fd) {
  if (!control || control[0] <= 0 || !is_below_folder(fd)) return 0;
  if (__sync_sub_and_fetch(&control[0], 1) != 0) return 0;
  int32_t kind = control[1];
  __sync_add_and_fetch(&control[2], 1);
  if (kind < 0) return 1;
  struct timespec delay = {kind / 1000, (kind % 1000) * 1000000L};
  while (nanosleep(&delay, &delay) != 0 && errno == EINTR) {
  }
  return 0;
}

#define WRAP(name)                                             \
  int name(int fd) {                                           \
    static int (*real)(int);                                   \
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, #name);   \
    if (!fault(fd)) return real(fd);                           \
    errno = EIO;                                               \
    return -1;                                                 \
  }

WRAP(fsync)
WRAP(fdatasync)
