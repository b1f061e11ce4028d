/**
 * Effects: reading an object that may be damaged or missing in one of several replicas ({@code
 * CopyReading} continues in the next one), and listings page by page ({@code PagedListing}).
 */
@NullMarked
package dev.walden.storage.reading;

import org.jspecify.annotations.NullMarked;
