/** Values: what failures say. */
package dev.walden.errors;
