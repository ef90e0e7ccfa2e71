/* Preloaded into a service: while the file $FAILING_DISK is there, writes and syncs of every file whose path contains
 * the text in it fail with EIO, as those of a failing disk do. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int fails(int fd) {
    char link[64], path[4096], text[256];
    const char *trigger = getenv("FAILING_DISK");
    int told = trigger == NULL ? -1 : open(trigger, O_RDONLY | O_CLOEXEC);
    if (told < 0) return 0;
    ssize_t size = read(told, text, sizeof text - 1);
    close(told);
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (size <= 0 || length < 0) return 0;
    text[size] = 0;
    path[length] = 0;
    if (strstr(path, text) == NULL) return 0;
    errno = EIO;
    return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t pwrite64(int fd, const void *data, size_t size, off64_t at) {
    return fails(fd) ? -1 : REAL(pwrite64)(fd, data, size, at);
}
ssize_t pwrite(int fd, const void *data, size_t size, off_t at) {
    return fails(fd) ? -1 : REAL(pwrite)(fd, data, size, at);
}
ssize_t write(int fd, const void *data, size_t size) { return fails(fd) ? -1 : REAL(write)(fd, data, size); }
int fsync(int fd) { return fails(fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(fd) ? -1 : REAL(fdatasync)(fd); }
