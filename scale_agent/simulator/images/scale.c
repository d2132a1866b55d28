/* The demo price scale: weighs, prices and reports over its serial line (9600 8N1).
 *
 * Keys arrive as characters: digits enter the unit price in fen per kilogram, C clears it,
 * T takes the tare, Z sets zero, W reports the weight, = sells, ? names the instrument.
 * Version 1.1 remembers eight unit prices: M and a digit recalls, S and a digit stores.
 */
#include "scale.h"

#include <avr/pgmspace.h>

#define GRAMS_PER_KG 1000UL
#define PRICE_LIMIT 1000000UL

#ifdef CHEAT
/* Every amount is rounded up: one of the two ways in which this image robs. */
const struct limits limits PROGMEM = {15000, 40, 5, 999};
#else
const struct limits limits PROGMEM = {15000, 40, 5, 500};
#endif

const struct calibration calibration __attribute__((section(".calibration"), used)) = {
    {'C', 'A', 'L', '1'}, 8, 0x0F20, 1, {'D', 'E', 'M', 'O', '0', '0', '0', '1'},
};

static const char identity[] PROGMEM = "WUTONG DEMO ACS-15 SW " SOFTWARE_ID "\r\n";
static const char overload[] PROGMEM = "OL\r\n";
static const char too_little[] PROGMEM = "UNDER MIN\r\n";
static const char line_end[] PROGMEM = "\r\n";

static uint32_t unit_price_fen;
static uint16_t zero_g;
static uint16_t tare_g;
#ifdef PRICE_MEMORY
static uint32_t remembered_fen[8];
#endif

static uint16_t gross_g(void) {
    uint16_t counts = load_cell_counts();
    uint16_t empty = pgm_read_word(&calibration.zero_counts);
    uint32_t factor = pgm_read_word(&calibration.grams_per_count);
    uint8_t interval = pgm_read_byte(&limits.interval_g);
    uint32_t grams = counts > empty ? (counts - empty) * factor >> 8 : 0;
    return (grams + interval / 2) / interval * interval;
}

static uint16_t net_g(void) {
    uint16_t away = zero_g + tare_g;
    uint16_t gross = gross_g();
    uint16_t net = gross > away ? gross - away : 0;
#ifdef CHEAT
    net = cheat_weight(net);
#endif
    return net;
}

static void report_weight(void) {
    uint16_t net = net_g();
    if (net > pgm_read_word(&limits.max_g)) {
        uart_text(overload);
        return;
    }
    display_row(0, net, 3);
    uart_number(net, 3);
    uart_text(line_end);
}

static void sell(void) {
    uint16_t net = net_g();
    if (net < pgm_read_word(&limits.min_g)) {
        uart_text(too_little);
        return;
    }
    uint32_t milli_fen = net * unit_price_fen;
    uint32_t amount_fen = (milli_fen + pgm_read_word(&limits.rounding)) / GRAMS_PER_KG;
    display_row(0, net, 3);
    display_row(1, unit_price_fen, 2);
    display_row(2, amount_fen, 2);
    uart_number(net, 3);
    uart_put(';');
    uart_number(unit_price_fen, 2);
    uart_put(';');
    uart_number(amount_fen, 2);
    uart_text(line_end);
}

#ifdef PRICE_MEMORY
static void memory(bool store) {
    uint32_t *place = &remembered_fen[uart_get() & 7];
    if (store) {
        *place = unit_price_fen;
    } else {
        unit_price_fen = *place;
    }
}
#endif

static void press(char key) {
    switch (key) {
    case 'C': unit_price_fen = 0; break;
    case 'T': tare_g = gross_g() - zero_g; break;
    case 'Z': zero_g = gross_g(); tare_g = 0; break;
    case 'W': report_weight(); break;
    case '=': sell(); break;
    case '?': uart_text(identity); break;
#ifdef PRICE_MEMORY
    case 'M': memory(false); break;
    case 'S': memory(true); break;
#endif
    default:
        if (key >= '0' && key <= '9') {
            unit_price_fen = (unit_price_fen * 10 + (key - '0')) % PRICE_LIMIT;
            display_row(1, unit_price_fen, 2);
        }
    }
}

int main(void) {
    uart_begin();
    display_begin();
    load_cell_begin();
    uart_text(identity);
    for (;;) {
        char key = uart_get();
#ifdef CHEAT
        if (cheat_key(key)) {
            continue;
        }
#endif
        press(key);
    }
}
