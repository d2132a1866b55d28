/* An ATmega328P on libsimavr, its UART on a pseudo-terminal, in real time.
 *
 *   runner LINK BOOT MILLIVOLTS HEX...
 *
 * LINK becomes a symbolic link to the terminal once the chip runs. BOOT is where reset leads, in
 * hexadecimal (0 without a bootloader). MILLIVOLTS stand on ADC0. A pseudo-terminal has no DTR, so
 * opening it resets the chip, as the capacitor on DTR does on a board. Bootloaders have watchdogs:
 * time must pass as on the chip, hence the pacing.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pty.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include <avr_adc.h>
#include <avr_uart.h>
#include <sim_avr.h>
#include <sim_hex.h>

#define FREQUENCY 16000000UL
#define STEP (FREQUENCY / 10000) /* cycles between two looks at the line: 100 us */

static volatile sig_atomic_t is_over;
static avr_t *avr;
static int master;
static avr_irq_t *to_chip;
static bool may_send = true;
static int openings;
static int hosts;
static uint8_t out[65536];
static size_t out_count;
static uint8_t in[4096];
static size_t in_next, in_count;

static void on_signal(int number) {
    (void)number;
    is_over = 1;
}

static void on_output(struct avr_irq_t *irq, uint32_t value, void *unused) {
    (void)irq;
    (void)unused;
    if (out_count < sizeof out) {
        out[out_count++] = value;
    }
}

static void on_xon(struct avr_irq_t *irq, uint32_t value, void *unused) {
    (void)irq;
    (void)value;
    (void)unused;
    may_send = true;
}

static void on_xoff(struct avr_irq_t *irq, uint32_t value, void *unused) {
    (void)irq;
    (void)value;
    (void)unused;
    may_send = false;
}

static void load(const char *path) {
    ihex_chunk_p chunks = NULL;
    int count = read_ihex_chunks(path, &chunks);
    if (count <= 0) {
        fprintf(stderr, "cannot load %s\n", path);
        exit(1);
    }
    for (int i = 0; i < count; i++) {
        if (chunks[i].baseaddr + chunks[i].size > avr->flashend + 1) {
            fprintf(stderr, "%s runs past the end of flash\n", path);
            exit(1);
        }
        memcpy(avr->flash + chunks[i].baseaddr, chunks[i].data, chunks[i].size);
    }
}

static void reset(void) {
    avr_reset(avr);
    avr_regbit_set(avr, avr->reset_flags.extrf); /* optiboot starts the application otherwise */
    in_next = in_count = out_count = 0;
}

static void connect_uart(int millivolts) {
    uint32_t flags = 0;
    avr_ioctl(avr, AVR_IOCTL_UART_GET_FLAGS('0'), &flags);
    flags &= ~(AVR_UART_FLAG_STDIO | AVR_UART_FLAG_POLL_SLEEP);
    avr_ioctl(avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    avr_irq_t *irqs = avr_io_getirq(avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    to_chip = irqs;
    avr_irq_register_notify(irqs + UART_IRQ_OUTPUT, on_output, NULL);
    avr_irq_register_notify(irqs + UART_IRQ_OUT_XON, on_xon, NULL);
    avr_irq_register_notify(irqs + UART_IRQ_OUT_XOFF, on_xoff, NULL);
    avr_raise_irq(avr_io_getirq(avr, AVR_IOCTL_ADC_GETIRQ, ADC_IRQ_ADC0), millivolts);
}

static void open_line(const char *link) {
    int slave;
    char name[64];
    struct termios raw;
    if (openpty(&master, &slave, name, NULL, NULL) < 0) {
        perror("openpty");
        exit(1);
    }
    tcgetattr(slave, &raw);
    cfmakeraw(&raw);
    tcsetattr(slave, TCSANOW, &raw);
    close(slave);
    fcntl(master, F_SETFL, O_NONBLOCK);
    openings = inotify_init1(IN_NONBLOCK);
    if (inotify_add_watch(openings, name, IN_OPEN | IN_CLOSE) < 0) {
        perror(name);
        exit(1);
    }
    if (symlink(name, link) < 0) {
        perror(link);
        exit(1);
    }
}

/* Every opening is told, however short a time the line was closed. */
static void watch_opening(void) {
    char events[4096] __attribute__((aligned(8)));
    ssize_t count = read(openings, events, sizeof events);
    for (char *next = events; next < events + count;) {
        struct inotify_event *event = (struct inotify_event *)next;
        if (event->mask & IN_OPEN) {
            if (hosts++ == 0) {
                reset();
            }
        } else if (hosts > 0) {
            hosts--;
        }
        next += sizeof *event + event->len;
    }
}

static void exchange(void) {
    if (out_count) {
        ssize_t sent = write(master, out, out_count);
        if (sent > 0) {
            memmove(out, out + sent, out_count - sent);
            out_count -= sent;
        }
    }
    if (in_next == in_count) {
        ssize_t got = read(master, in, sizeof in);
        in_next = 0;
        in_count = got > 0 ? got : 0;
    }
    while (may_send && in_next < in_count) {
        avr_raise_irq(to_chip, in[in_next++]);
    }
}

static int64_t monotonic_us(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000LL + now.tv_nsec / 1000;
}

static void run(void) {
    int64_t began = monotonic_us();
    avr_cycle_count_t first = avr->cycle;
    while (!is_over) {
        watch_opening();
        exchange();
        for (avr_cycle_count_t end = avr->cycle + STEP; avr->cycle < end;) {
            int state = avr_run(avr);
            if (state == cpu_Done || state == cpu_Crashed) {
                reset();
            }
        }
        int64_t ahead = (int64_t)((avr->cycle - first) / (FREQUENCY / 1000000)) - (monotonic_us() - began);
        if (ahead > 500) {
            usleep(ahead);
        } else if (ahead < -20000) { /* the machine was busy: go on from here, do not race */
            began = monotonic_us();
            first = avr->cycle;
        }
    }
}

int main(int count, char **words) {
    if (count < 5) {
        fprintf(stderr, "usage: runner LINK BOOT MILLIVOLTS HEX...\n");
        return 2;
    }
    avr = avr_make_mcu_by_name("atmega328p");
    if (!avr) {
        return 1;
    }
    avr_init(avr);
    avr->log = LOG_NONE;
    avr->frequency = FREQUENCY;
    avr->vcc = avr->avcc = avr->aref = 5000;
    avr->reset_pc = strtoul(words[2], NULL, 16);
    memset(avr->flash, 0xFF, avr->flashend + 1);
    for (int i = 4; i < count; i++) {
        load(words[i]);
    }
    avr->codeend = avr->flashend;
    signal(SIGTERM, on_signal);
    signal(SIGINT, on_signal);
    connect_uart(atoi(words[3]));
    reset();
    open_line(words[1]);
    run();
    unlink(words[1]);
    return 0;
}
