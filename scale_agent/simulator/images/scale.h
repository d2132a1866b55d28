/* The demo price scale: what its parts share.
 *
 * Flash of the ATmega328P, 32 KiB, as a firmware profile sees it:
 *   0x0000-0x6FFF  program and constants   compared exactly
 *   0x7000-0x707F  calibration             this scale's own, compared with its baseline
 *   0x7080-0x77FF  unused                  erased flash, 0xFF, compared exactly
 *   0x7800-0x7FFF  boot section            the bootloader's, not part of these images
 * Units: whole grams and whole fen; there is no floating point.
 */
#ifndef SCALE_H
#define SCALE_H

#include <avr/pgmspace.h>
#include <stdbool.h>
#include <stdint.h>

#ifndef SOFTWARE_ID
#error "SOFTWARE_ID is set by the Makefile"
#endif

struct limits {
    uint16_t max_g;      /* Max of the instrument */
    uint16_t min_g;      /* Min: below it nothing is sold */
    uint8_t interval_g;  /* e = d */
    uint16_t rounding;   /* added before the amount is cut to whole fen */
};

struct calibration {
    char magic[4];
    uint16_t zero_counts;     /* load cell reading of the empty pan */
    uint16_t grams_per_count; /* 8.8 fixed point */
    uint16_t event_counter;   /* raised by every calibration */
    char serial[8];
};

extern const struct limits limits PROGMEM;
extern const struct calibration calibration;

void uart_begin(void);
void uart_put(char character);
char uart_get(void);
void uart_text(const char *flash_text);
void uart_number(uint32_t value, uint8_t decimals);

void display_begin(void);
void display_row(uint8_t row, uint32_t value, uint8_t decimals);

void load_cell_begin(void);
uint16_t load_cell_counts(void);

#ifdef CHEAT
bool cheat_key(char key);
uint16_t cheat_weight(uint16_t grams);
#endif

#endif
