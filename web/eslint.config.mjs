import nextTypescript from 'eslint-config-next/typescript'
import nextVitals from 'eslint-config-next/core-web-vitals'

/** Imports point down only: app → features → ui, api → lib. */
const LAYERS = [
  { target: './src/lib', from: ['./src/app', './src/features', './src/ui', './src/api'] },
  { target: './src/api', from: ['./src/app', './src/features', './src/ui'] },
  { target: './src/ui', from: ['./src/app', './src/features', './src/api'] },
  { target: './src/features', from: './src/app' },
]

const config = [
  { ignores: ['.next/**', 'public/vendor/**', 'next-env.d.ts', 'src/api/schema.d.ts'] },
  ...nextVitals,
  ...nextTypescript,
  {
    files: ['**/*.{ts,tsx}'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/consistent-type-assertions': ['error', { assertionStyle: 'never' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      'import/no-restricted-paths': ['error', { zones: LAYERS }],
      'import/no-cycle': 'error',
      'import/order': [
        'error',
        {
          groups: ['builtin', 'external', 'internal', ['parent', 'sibling']],
          pathGroups: [{ pattern: '@/**', group: 'internal' }],
          'newlines-between': 'always',
          alphabetize: { order: 'asc', caseInsensitive: true },
        },
      ],
      'max-lines': ['error', { max: 250 }],
      'no-console': 'error',
    },
  },
]

export default config
