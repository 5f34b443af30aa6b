/** The same with the seeds of a soak. */
import './model.test.ts';
