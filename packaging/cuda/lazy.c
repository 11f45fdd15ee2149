/* A vendor library that is opened when the first of its functions is called, so that a program which names hundreds of
 * them starts on a machine that has none. The functions themselves are jumps through a table, made by
 * `cargo xtask cuda` from the names in the library's headers; every entry first leads here.
 *
 * Compiled once for each library with
 *   LIBRARY       its name in symbols, as in cuda
 *   LIBRARY_FILE  the file that is opened, as in "libcuda.so.1"
 *   MISSING       what its functions return where the file or the function is not there
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
#define names JOIN(gallop_names_, LIBRARY)
#define slots JOIN(gallop_slots_, LIBRARY)
#define resolve JOIN(gallop_resolve_, LIBRARY)

__attribute__((visibility("hidden"))) extern const char *const names[];
__attribute__((visibility("hidden"))) extern void *slots[];

static long missing(void) { return MISSING; }
static const char *missing_text(void) { return LIBRARY_FILE " is not there"; }

/* Where GALLOP_CUDA_LIBRARIES says, in the folder `cuda` beside the program, and where the system looks. */
static void *open_library(void) {
    char path[4096];
    const char *folder = getenv("GALLOP_CUDA_LIBRARIES");
    if (folder && *folder && snprintf(path, sizeof path, "%s/%s", folder, LIBRARY_FILE) < (int)sizeof path) {
        void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
        if (library) return library;
    }
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - sizeof "cuda/" LIBRARY_FILE);
    if (length > 0) {
        path[length] = 0;
        char *slash = strrchr(path, '/');
        if (slash) {
            strcpy(slash + 1, "cuda/" LIBRARY_FILE);
            void *library = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
            if (library) return library;
        }
    }
    return dlopen(LIBRARY_FILE, RTLD_LAZY | RTLD_LOCAL);
}

/* The function of this place in the table, from now on without a detour. Two threads that come at once find the same. */
__attribute__((visibility("hidden"), used)) void *resolve(unsigned long index) {
    static void *library;
    static int looked;
    if (!__atomic_load_n(&looked, __ATOMIC_ACQUIRE)) {
        __atomic_store_n(&library, open_library(), __ATOMIC_RELAXED);
        __atomic_store_n(&looked, 1, __ATOMIC_RELEASE);
    }
    void *opened = __atomic_load_n(&library, __ATOMIC_RELAXED);
    void *function = opened ? dlsym(opened, names[index]) : 0;
    if (!function) {
        const char *name = names[index];
        int tells = strstr(name, "String") || strstr(name, "StatusName");
        /* The driver's own take a place for the text and return a status. */
        function = tells && strncmp(name, "cuGet", 5) ? (void *)missing_text : (void *)missing;
    }
    __atomic_store_n(&slots[index], function, __ATOMIC_RELEASE);
    return function;
}
