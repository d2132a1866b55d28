/* The board of the demo price scale: serial line, LED rows, load cell. */
#include "scale.h"

#include <avr/io.h>

#define BAUD 9600UL
#define SAMPLES 16

void uart_begin(void) {
    UBRR0 = F_CPU / 16 / BAUD - 1;
    UCSR0B = _BV(RXEN0) | _BV(TXEN0);
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
}

void uart_put(char character) {
    while (!(UCSR0A & _BV(UDRE0))) {
    }
    UDR0 = character;
}

char uart_get(void) {
    while (!(UCSR0A & _BV(RXC0))) {
    }
    return UDR0;
}

void uart_text(const char *flash_text) {
    for (char character; (character = pgm_read_byte(flash_text)) != 0; flash_text++) {
        uart_put(character);
    }
}

void uart_number(uint32_t value, uint8_t decimals) {
    char digits[12];
    uint8_t count = 0;
    do {
        digits[count++] = '0' + value % 10;
        value /= 10;
        if (count == decimals) {
            digits[count++] = '.';
        }
    } while (value || count < decimals + 2);
    while (count) {
        uart_put(digits[--count]);
    }
}

/* Segments a-g and the point of a seven-segment digit, 0 to 9. */
static const uint8_t segments[] PROGMEM = {
    0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F,
};

static void shift_out(uint8_t bits) {
    SPDR = bits;
    while (!(SPSR & _BV(SPIF))) {
    }
}

void display_begin(void) {
    DDRB = _BV(PB2) | _BV(PB3) | _BV(PB5);
    SPCR = _BV(SPE) | _BV(MSTR);
}

void display_row(uint8_t row, uint32_t value, uint8_t decimals) {
    PORTB &= ~_BV(PB2);
    shift_out(0x80 >> row);
    for (uint8_t place = 0; place < 6; place++) {
        uint8_t lit = pgm_read_byte(&segments[value % 10]);
        shift_out(place == decimals && decimals ? lit | 0x80 : lit);
        value /= 10;
    }
    PORTB |= _BV(PB2);
}

void load_cell_begin(void) {
    ADMUX = _BV(REFS0);
    ADCSRA = _BV(ADEN) | _BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0);
}

uint16_t load_cell_counts(void) {
    uint16_t sum = 0;
    for (uint8_t sample = 0; sample < SAMPLES; sample++) {
        ADCSRA |= _BV(ADSC);
        while (ADCSRA & _BV(ADSC)) {
        }
        sum += ADC;
    }
    return sum / SAMPLES;
}
