import js from '@eslint/js';
import typescript from 'typescript-eslint';

export default typescript.config(
  { ignores: ['node_modules/**', 'lib/**', 'console/vendor/**'] },
  js.configs.recommended,
  ...typescript.configs.strictTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        project: ['./tsconfig.json', './tsconfig.browser.json'],
        tsconfigRootDir: import.meta.dirname
      }
    },
    rules: {
      'no-console': 'error',
      eqeqeq: 'error',
      curly: 'error',
      // Numbers in template strings read well: `${width}px`.
      '@typescript-eslint/restrict-template-expressions': [
        'error',
        { allowNumber: true }
      ],
      // An arrow function that only calls another is the usual event handler.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true }
      ],
      // Signals take a method and its `this`: `signal.connect(this._onChange, this)`.
      '@typescript-eslint/unbound-method': 'off',
      // Namespaces declare the argument types beside a class, as in JupyterLab.
      '@typescript-eslint/no-namespace': 'off',
      // Classes without instances would be modules here anyway.
      '@typescript-eslint/no-extraneous-class': 'off'
    }
  },
  {
    // The build scripts run in Node and are not typed.
    files: ['**/*.mjs', '**/*.js'],
    ...typescript.configs.disableTypeChecked,
    languageOptions: {
      globals: { process: 'readonly', URL: 'readonly' },
      parserOptions: { project: null }
    }
  }
);
