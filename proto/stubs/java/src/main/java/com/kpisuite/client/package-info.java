/**
 * Client of the KPI suite: a thin layer over the generated stubs of {@code com.kpisuite.v1}.
 *
 * <p>{@link com.kpisuite.client.KpiClient} connects; {@link com.kpisuite.client.SampleWriter}
 * streams samples, {@link com.kpisuite.client.Watch} follows changes, {@link
 * com.kpisuite.client.Pages} reads lists to their end, {@link com.kpisuite.client.KpiException}
 * says what an error means, {@link com.kpisuite.client.Decimals} and {@link
 * com.kpisuite.client.Times} translate exact numbers and times.
 */
package com.kpisuite.client;
