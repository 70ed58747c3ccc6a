/* A stand-in for a vendor's photo library, for tests: "decodes" a format of its own.
   Byte 14 of the block says what to do; the picture is filled with byte 15. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put32(unsigned char *at, unsigned value) {
    for (int i = 0; i < 4; i++) at[i] = value >> (8 * i);
}

static int bitmap(unsigned char *bmp, unsigned char fill, int *length) {
    int size = 54 + 308 * 126;
    memset(bmp, 0, size);
    memcpy(bmp, "BM", 2);
    put32(bmp + 2, size);
    put32(bmp + 10, 54);
    put32(bmp + 14, 40);
    put32(bmp + 18, 102);
    put32(bmp + 22, 126);
    bmp[26] = 1;
    bmp[28] = 24;
    for (int line = 0; line < 126; line++) memset(bmp + 54 + line * 308, fill, 306);
    *length = size;
    return 1;
}

int dewltbuf(unsigned char *wlt, unsigned char *bmp, int *length) {
    FILE *file;
    switch (wlt[14]) {
    case 'p':
        puts("licence ok");
        fflush(stdout);
        return bitmap(bmp, wlt[15], length);
    case 'r':
        memset(bmp, wlt[15], 306 * 126);
        *length = 306 * 126;
        return 1;
    case 'h':
        for (;;) pause();
    case 'b':
        for (;;) ;
    case 'c':
        *(volatile int *)8 = 1;
        return 1;
    case 'a':
        abort();
    case 'x':
        exit(0);
    case 'e':
        return -3;
    case 'z':
        return 0;
    case 's':
        *length = 100;
        return 1;
    case 'l':
        *length = 2000000000;
        return 1;
    case 'n':
        *length = -1;
        return 1;
    case 'w': /* far past the room it was given */
        memset(bmp, 0xAA, 64 << 20);
        return 1;
    case 'm': /* all memory there is */
        for (;;) {
            char *more = malloc(64 << 20);
            if (!more) return -1;
            memset(more, 1, 64 << 20);
        }
    case 'f': /* writes the photo beside itself, as vendors do */
        file = fopen("photo.bmp", "wb");
        if (!file) return -2;
        if (fwrite(bmp, 1, 4096, file) != 4096 || fflush(file)) { fclose(file); return -4; }
        fclose(file);
        return 1;
    default:
        return bitmap(bmp, wlt[15], length);
    }
}
