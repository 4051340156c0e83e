/* A webcam for programs under test: loaded in front of the C library, it answers for one node below /dev.

FAKE_CAMERA_NODE     path of the node, such as /dev/video97
FAKE_CAMERA_CONTROL  file of a `struct control`, shared with the test
FAKE_CAMERA_PICTURE  file with one picture, 640 x 480 YUYV, shared with the test; other sizes are made from it

Source: the video capture interface of Linux, docs.kernel.org/userspace-api/media/v4l (linux/videodev2.h). */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum fault { NONE, FROZEN, BUSY, DENIED, GONE };
enum { WIDTH = 640, HEIGHT = 480, N_BUFFERS = 4, MAX_FDS = 1024, PAGE = 4096 };

struct control {
    int32_t fault;       /* set by the test */
    int32_t size_set;    /* set by the test: which of `SIZES` the camera offers */
    int32_t n_streaming; /* how many descriptors have pictures flowing */
    int32_t n_starts;    /* how often a stream was begun */
};

struct size {
    uint32_t width, height, fps;
};

static const struct size SIZES[2][4] = {
    {{320, 240, 30}, {640, 480, 30}, {1280, 720, 10}, {1920, 1080, 5}},
    {{160, 120, 15}, {800, 600, 30}},
};

static struct control *control;
static const uint8_t *picture;
static uint8_t is_ours[MAX_FDS], is_streaming[MAX_FDS];
static struct size chosen = {640, 480, 30};
static uint8_t *buffers[N_BUFFERS];
static int queue[N_BUFFERS], n_queued;
static uint32_t sequence;

static void *map_file(const char *variable, size_t n_bytes) {
    int (*real_open)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    void *(*real_mmap)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");
    int fd = real_open(getenv(variable), O_RDWR);
    void *memory = real_mmap(NULL, n_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd < 0 || memory == MAP_FAILED)
        abort();
    return memory;
}

static int open_camera(void) {
    if (!control) {
        control = map_file("FAKE_CAMERA_CONTROL", sizeof *control);
        picture = map_file("FAKE_CAMERA_PICTURE", WIDTH * HEIGHT * 2);
    }
    if (control->fault == DENIED) {
        errno = EACCES;
        return -1;
    }
    int fd = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    is_ours[fd] = 1;
    return fd;
}

static int is_camera(const char *path) {
    const char *node = getenv("FAKE_CAMERA_NODE");
    return path && node && strcmp(path, node) == 0 && access(node, F_OK) == 0;
}

#define OPEN(name)                                                                   \
    int name(const char *path, int flags, ...) {                                     \
        if (is_camera(path))                                                         \
            return open_camera();                                                    \
        va_list rest;                                                                \
        va_start(rest, flags);                                                       \
        mode_t mode = (flags & (O_CREAT | O_TMPFILE)) ? va_arg(rest, mode_t) : 0;    \
        va_end(rest);                                                                \
        int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, #name);               \
        return real(path, flags, mode);                                              \
    }
OPEN(open)
OPEN(open64)

static void flow(int fd, int starts) {
    struct itimerspec period = {0};
    if (starts)
        period.it_interval.tv_nsec = period.it_value.tv_nsec = 1000000000 / chosen.fps;
    timerfd_settime(fd, 0, &period, NULL);
    control->n_streaming += starts - is_streaming[fd];
    control->n_starts += starts;
    is_streaming[fd] = starts;
}

int close(int fd) {
    int (*real)(int) = dlsym(RTLD_NEXT, "close");
    if (fd >= 0 && fd < MAX_FDS && is_ours[fd]) {
        flow(fd, 0);
        is_ours[fd] = 0;
    }
    return real(fd);
}

#define MMAP(name)                                                                            \
    void *name(void *address, size_t length, int protection, int flags, int fd, off_t offset) { \
        void *(*real)(void *, size_t, int, int, int, off_t) = dlsym(RTLD_NEXT, "mmap");       \
        if (fd < 0 || fd >= MAX_FDS || !is_ours[fd])                                          \
            return real(address, length, protection, flags, fd, offset);                      \
        flags = MAP_PRIVATE | MAP_ANONYMOUS;                                                  \
        return buffers[offset / PAGE] = real(NULL, length, PROT_READ | PROT_WRITE, flags, -1, 0); \
    }
MMAP(mmap)
MMAP(mmap64)

static void draw(uint8_t *target) {
    for (uint32_t y = 0; y < chosen.height; y++) {
        const uint8_t *row = picture + (y * HEIGHT / chosen.height) * WIDTH * 2;
        for (uint32_t x = 0; x < chosen.width; x++, target += 2) {
            uint32_t from = x * WIDTH / chosen.width;
            target[0] = row[2 * from];
            target[1] = row[4 * (from / 2) + 1 + 2 * (x & 1)];
        }
    }
}

static void describe(struct v4l2_format *format) {
    format->fmt.pix = (struct v4l2_pix_format){
        .width = chosen.width, .height = chosen.height, .pixelformat = V4L2_PIX_FMT_YUYV,
        .field = V4L2_FIELD_NONE, .bytesperline = 2 * chosen.width,
        .sizeimage = 2 * chosen.width * chosen.height, .colorspace = V4L2_COLORSPACE_SRGB,
    };
}

static const struct size *offered(uint32_t index) {
    const struct size *size = &SIZES[control->size_set][index];
    return index < 4 && size->width ? size : NULL;
}

static int choose(struct v4l2_format *format) {
    for (uint32_t i = 0; offered(i); i++)
        if (offered(i)->width == format->fmt.pix.width && offered(i)->height == format->fmt.pix.height)
            chosen = *offered(i);
    describe(format);
    return 0;
}

static int enumerate(uint32_t request, void *argument) {
    if (request == VIDIOC_ENUM_FMT) {
        struct v4l2_fmtdesc *format = argument;
        format->pixelformat = V4L2_PIX_FMT_YUYV;
        return format->index ? EINVAL : 0;
    }
    if (request == VIDIOC_ENUM_FRAMESIZES) {
        struct v4l2_frmsizeenum *size = argument;
        const struct size *found = offered(size->index);
        size->type = V4L2_FRMSIZE_TYPE_DISCRETE;
        if (found)
            size->discrete = (struct v4l2_frmsize_discrete){found->width, found->height};
        return found ? 0 : EINVAL;
    }
    struct v4l2_frmivalenum *interval = argument;
    interval->type = V4L2_FRMIVAL_TYPE_DISCRETE;
    for (uint32_t i = 0; !interval->index && offered(i); i++)
        if (offered(i)->width == interval->width && offered(i)->height == interval->height) {
            interval->discrete = (struct v4l2_fract){1, offered(i)->fps};
            return 0;
        }
    return EINVAL;
}

static int dequeue(int fd, struct v4l2_buffer *buffer) {
    uint64_t n_ticks;
    if (read(fd, &n_ticks, sizeof n_ticks) < 0 || control->fault == FROZEN || !n_queued)
        return EAGAIN;
    int index = queue[0];
    memmove(queue, queue + 1, sizeof queue[0] * --n_queued);
    draw(buffers[index]);
    buffer->index = index;
    buffer->sequence = sequence++;
    buffer->bytesused = 2 * chosen.width * chosen.height;
    buffer->flags = V4L2_BUF_FLAG_MAPPED | V4L2_BUF_FLAG_DONE;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    buffer->timestamp = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

static int answer(int fd, uint32_t request, void *argument) {
    struct v4l2_buffer *buffer = argument;
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *camera = argument;
        strcpy((char *)camera->driver, "fake");
        strcpy((char *)camera->card, "Drawn camera");
        strcpy((char *)camera->bus_info, "platform:fake");
        camera->capabilities = camera->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        return 0;
    }
    case VIDIOC_ENUM_FMT:
    case VIDIOC_ENUM_FRAMESIZES:
    case VIDIOC_ENUM_FRAMEINTERVALS:
        return enumerate(request, argument);
    case VIDIOC_G_FMT:
        describe(argument);
        return 0;
    case VIDIOC_S_FMT:
        return control->fault == BUSY ? EBUSY : choose(argument);
    case VIDIOC_S_PARM:
        return 0;
    case VIDIOC_REQBUFS: {
        struct v4l2_requestbuffers *wanted = argument;
        wanted->count = wanted->count < N_BUFFERS ? wanted->count : N_BUFFERS;
        n_queued = 0;
        return wanted->memory == V4L2_MEMORY_MMAP ? 0 : EINVAL;
    }
    case VIDIOC_QUERYBUF:
        buffer->length = 2 * chosen.width * chosen.height;
        buffer->m.offset = buffer->index * PAGE;
        return 0;
    case VIDIOC_QBUF:
        queue[n_queued++] = buffer->index;
        return 0;
    case VIDIOC_DQBUF:
        return dequeue(fd, buffer);
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
        flow(fd, request == VIDIOC_STREAMON);
        return 0;
    default:
        return ENOTTY;
    }
}

int ioctl(int fd, unsigned long request, ...) {
    va_list rest;
    va_start(rest, request);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (fd < 0 || fd >= MAX_FDS || !is_ours[fd]) {
        int (*real)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
        return real(fd, request, argument);
    }
    errno = control->fault == GONE ? ENODEV : answer(fd, request, argument);
    return errno ? -1 : 0;
}
