/* Counts texts in the memory of another process: find PID < needles, one a line in hexadecimal.
 *
 * Prints "number count" for each needle (by its line, from 0) that stands in what the process may write to.
 * A table by the first four bytes leaves few places at which anything is compared. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST 16384
#define CHUNK (4u << 20)
#define LONGEST 2048

static unsigned char *needles[MOST];
static size_t sizes[MOST];
static unsigned long counts[MOST];
static int next_of[MOST], first_of[1 << 16];
static int total;

static unsigned place(const unsigned char *data)
{
    unsigned first;
    memcpy(&first, data, sizeof first);
    return first * 2654435761u >> 16;
}

static void read_needles(void)
{
    static char line[2 * LONGEST + 8];
    memset(first_of, -1, sizeof first_of);
    while (total < MOST && fgets(line, sizeof line, stdin)) {
        size_t size = strcspn(line, "\n") / 2;
        if (size < 4)
            continue;
        unsigned char *data = malloc(size);
        for (size_t i = 0; i < size; i++) {
            unsigned value;
            if (sscanf(line + 2 * i, "%2x", &value) != 1)
                exit(2);
            data[i] = (unsigned char)value;
        }
        unsigned head = place(data);
        needles[total] = data;
        sizes[total] = size;
        next_of[total] = first_of[head];
        first_of[head] = total++;
    }
}

/* Matches that begin before `until`. */
static void search(const unsigned char *data, size_t size, size_t until)
{
    for (size_t at = 0; at < until && at + 4 <= size; at++) {
        int number = first_of[place(data + at)];
        for (; number >= 0; number = next_of[number])
            if (at + sizes[number] <= size && !memcmp(data + at, needles[number], sizes[number]))
                counts[number]++;
    }
}

int main(int argc, char **argv)
{
    char path[64], line[512];
    static unsigned char buffer[CHUNK + LONGEST];
    if (argc != 2)
        return 2;
    read_needles();
    snprintf(path, sizeof path, "/proc/%d/maps", atoi(argv[1]));
    FILE *maps = fopen(path, "r");
    snprintf(path, sizeof path, "/proc/%d/mem", atoi(argv[1]));
    int memory = open(path, O_RDONLY);
    if (!maps || memory < 0)
        return 1;
    while (fgets(line, sizeof line, maps)) {
        unsigned long from, to;
        char rights[8];
        if (sscanf(line, "%lx-%lx %7s", &from, &to, rights) != 3 || rights[0] != 'r' || rights[1] != 'w')
            continue;
        size_t kept = 0;
        while (from < to) {
            size_t wanted = to - from < CHUNK ? to - from : CHUNK;
            ssize_t got = pread(memory, buffer + kept, wanted, (off_t)from);
            if (got <= 0)
                break;
            from += (unsigned long)got;
            size_t size = kept + (size_t)got;
            size_t until = from < to && size > LONGEST ? size - LONGEST : size;
            search(buffer, size, until);
            kept = size - until;
            memmove(buffer, buffer + until, kept);
        }
    }
    for (int i = 0; i < total; i++)
        if (counts[i])
            printf("%d %lu\n", i, counts[i]);
    return 0;
}
