/** Values: the texts of failures, and the checks of arguments. */
@NullMarked
package dev.walden.errors;

import org.jspecify.annotations.NullMarked;
