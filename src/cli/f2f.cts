#!/usr/bin/env node
// The entry of the program. The settings of the process come before everything else.
require('./process-settings.cjs')
import('./main.js')
