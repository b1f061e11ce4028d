/** Values: the texts of failures. */
package dev.walden.errors;
